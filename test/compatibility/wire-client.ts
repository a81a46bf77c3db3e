/**
 * A client as a stranger would write it who has read the fixed part of the API and nothing else: plain `fetch`, no types
 * of ours. Like AXME's clients it sends its headers with every request, says JSON also where it sends nothing, and reads
 * a stream to its end before it looks at it.
 */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // A stranger has no types for what comes back, and looks into it as it is.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly body: any;
}

export interface StreamEvent {
  readonly event: string;
  readonly id: string | null;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as above
  readonly data: any;
}

export type AuthStyle = 'x-api-key' | 'bearer';

export class WireClient {
  constructor(
    readonly baseUrl: string,
    private readonly key: string | null,
    private readonly style: AuthStyle = 'x-api-key',
  ) {}

  get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.ask(path, { method: 'GET', headers: { ...this.headers(), ...headers } });
  }

  /** Without a body nothing is sent, and still called JSON. */
  post(path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    return this.ask(path, {
      method: 'POST',
      headers: { ...this.headers(), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  delete(path: string): Promise<Answer> {
    return this.ask(path, { method: 'DELETE', headers: this.headers() });
  }

  /** Reads a stream to its end. */
  async stream(
    path: string,
  ): Promise<{ status: number; events: readonly StreamEvent[]; tookMs: number }> {
    const sinceMs = performance.now();
    const response = await fetch(this.baseUrl + path, { headers: this.headers() });
    const events = framesOf(await response.text());
    return { status: response.status, events, tookMs: performance.now() - sinceMs };
  }

  private headers(): Record<string, string> {
    const common = { 'content-type': 'application/json', 'x-trace-id': crypto.randomUUID() };
    if (this.key === null) return common;
    return this.style === 'bearer'
      ? { ...common, authorization: `Bearer ${this.key}` }
      : { ...common, 'x-api-key': this.key };
  }

  private async ask(path: string, init: RequestInit): Promise<Answer> {
    const response = await fetch(this.baseUrl + path, init);
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? null : JSON.parse(text),
    };
  }
}

/** A frame counts when its blank line has come. */
const framesOf = (text: string): readonly StreamEvent[] => {
  const frames: StreamEvent[] = [];
  let fields: Record<string, string> = {};
  for (const line of text.split('\n')) {
    const field = /^(event|id|data): ?(.*)$/.exec(line);
    if (field) fields[field[1] as string] = field[2] as string;
    if (line !== '' || fields.data === undefined) continue;
    frames.push({
      event: fields.event ?? '',
      id: fields.id ?? null,
      data: JSON.parse(fields.data),
    });
    fields = {};
  }
  return frames;
};
