import { nowMs } from '../time.js';

/** One answer as it came; `status` 0 when nobody answered in time. */
export interface Reply {
  readonly status: number;
  /** The problem's code; `null` for a success. */
  readonly code: string | null;
  readonly body: Readonly<Record<string, unknown>>;
  readonly sentMs: number;
  readonly endMs: number;
}

export interface Ask {
  readonly key: string;
  readonly body?: unknown;
  /** @default 8000 */
  readonly withinMs?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

const WITHIN_MS = 8000;

const parsed = (text: string): Record<string, unknown> => {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
};

const codeOf = (body: Record<string, unknown>): string | null =>
  (body.error as { code?: string } | undefined)?.code ?? null;

/** `call(url, 'GET /v1/mesh/stops/…', …)`: never throws. */
export const call = async (base: string, route: string, ask: Ask): Promise<Reply> => {
  const [method = 'GET', path = '/'] = route.split(' ');
  const sentMs = nowMs();
  try {
    const response = await fetch(base + path, {
      method,
      headers: { 'x-api-key': ask.key, 'content-type': 'application/json', ...ask.headers },
      signal: AbortSignal.timeout(ask.withinMs ?? WITHIN_MS),
      body: ask.body === undefined ? null : JSON.stringify(ask.body),
    });
    const body = parsed(await response.text());
    return { status: response.status, code: codeOf(body), body, sentMs, endMs: nowMs() };
  } catch {
    return { status: 0, code: null, body: {}, sentMs, endMs: nowMs() };
  }
};
