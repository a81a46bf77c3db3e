import { EstopError, errorFrom, noAnswer } from './errors.js';
import { surroundingsOf, type Surroundings } from './surroundings.js';
import { defaultRetryLimits, nextDelayMs, type RetryLimits } from './retry.js';

export interface TransportOptions extends Partial<Surroundings> {
  /** One gateway, or a command API. */
  readonly baseUrl?: string;
  /** Several: the next is tried when one does not answer; the one that answered is kept. */
  readonly baseUrls?: readonly string[];
  readonly apiKey: string;
  readonly retry?: Partial<RetryLimits>;
  /** How long one attempt may take, in milliseconds. @default 10000 */
  readonly attemptTimeoutMs?: number;
}

export interface CallOptions {
  /** Ends the call; it then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Makes a repeat of a POST give the first answer again. @default a fresh one for each call */
  readonly idempotencyKey?: string;
  readonly attemptTimeoutMs?: number;
}

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export interface Request {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query?: Query;
  readonly body?: unknown;
}

interface Target {
  readonly request: Request;
  readonly options: CallOptions;
  readonly headers: Readonly<Record<string, string>>;
}

/** Sends requests, with bounded repeats and failover over the base addresses. Holds no timers between calls. */
export class Transport {
  readonly surroundings: Surroundings;
  private readonly baseUrls: readonly string[];
  private readonly limits: RetryLimits;
  private current = 0;

  constructor(private readonly options: TransportOptions) {
    this.baseUrls = baseUrlsOf(options);
    this.limits = { ...defaultRetryLimits, ...options.retry };
    this.surroundings = surroundingsOf(options);
  }

  /**
   * Sends a request until it is answered, and gives the JSON of the answer.
   *
   * @throws EstopError when it was refused, or when nothing answered in time.
   */
  async send<T>(request: Request, options: CallOptions = {}): Promise<T> {
    const headers = { ...this.headersOf(request, options) };
    const answer = await this.repeat(options, (baseUrl) =>
      this.attempt(baseUrl, { request, options, headers }),
    );
    return answer as T;
  }

  /** Opens an event stream. The caller reads the body, and closes it through `signal`. */
  async open(request: Request, signal: AbortSignal, lastEventId: string | null): Promise<Response> {
    const headers: Record<string, string> = {
      'x-api-key': this.options.apiKey,
      accept: 'text/event-stream',
      ...(lastEventId === null ? {} : { 'last-event-id': lastEventId }),
    };
    const baseUrl = this.baseUrl();
    const response = await this.answerOf(urlOf(baseUrl, request), {
      method: 'GET',
      headers,
      signal,
    });
    if (!response.ok) throw errorFrom(response, await response.text());
    return response;
  }

  /** The next call goes to the next base address. */
  failOver(): void {
    this.current = (this.current + 1) % this.baseUrls.length;
  }

  private timeoutMs(options: CallOptions): number {
    return options.attemptTimeoutMs ?? this.options.attemptTimeoutMs ?? 10_000;
  }

  private baseUrl(): string {
    return this.baseUrls[this.current] as string;
  }

  private async repeat<T>(
    options: CallOptions,
    attempt: (baseUrl: string) => Promise<T>,
  ): Promise<T> {
    for (let made = 1; ; made += 1) {
      try {
        return await attempt(this.baseUrl());
      } catch (error) {
        options.signal?.throwIfAborted();
        if (!(error instanceof EstopError)) throw error;
        const untried = Math.max(0, this.baseUrls.length - made);
        const delayMs = nextDelayMs(
          { made, error, untried },
          this.limits,
          this.surroundings.random(),
        );
        if (delayMs === null) throw error;
        this.failOver();
        if (delayMs > 0) await this.surroundings.sleep(delayMs, options.signal);
      }
    }
  }

  private async attempt(baseUrl: string, { request, options, headers }: Target): Promise<unknown> {
    const timeout = AbortSignal.timeout(this.timeoutMs(options));
    const signal = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout;
    const body = request.body === undefined ? undefined : JSON.stringify(request.body);
    const response = await this.answerOf(urlOf(baseUrl, request), {
      method: request.method,
      headers,
      signal,
      ...(body === undefined ? {} : { body }),
    });
    return readJson(response, baseUrl);
  }

  private async answerOf(url: string, init: RequestInit): Promise<Response> {
    try {
      return await this.surroundings.fetch(url, init);
    } catch (cause) {
      throw noAnswer(new URL(url).origin, cause);
    }
  }

  private headersOf(request: Request, options: CallOptions): Record<string, string> {
    return {
      'x-api-key': this.options.apiKey,
      accept: 'application/json',
      ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(request.method === 'POST'
        ? { 'idempotency-key': options.idempotencyKey ?? this.surroundings.newKey() }
        : {}),
    };
  }
}

const readJson = async (response: Response, baseUrl: string): Promise<unknown> => {
  let text: string;
  try {
    text = await response.text();
  } catch (cause) {
    throw noAnswer(baseUrl, cause);
  }
  if (!response.ok) throw errorFrom(response, text);
  try {
    return JSON.parse(text);
  } catch (cause) {
    const failure = errorFrom(response, '');
    const message = `${baseUrl} answered, but not with JSON. Is this the address of an Estop gateway?`;
    throw new EstopError({ ...failure, code: 'unreadable_answer', message }, { cause });
  }
};

const urlOf = (baseUrl: string, request: Request): string => {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(request.query ?? {}))
    if (value !== undefined) query.set(name, String(value));
  const search = query.toString();
  return `${baseUrl}${request.path}${search === '' ? '' : `?${search}`}`;
};

const baseUrlsOf = (options: TransportOptions): readonly string[] => {
  const given = options.baseUrls ?? (options.baseUrl === undefined ? [] : [options.baseUrl]);
  if (given.length === 0)
    throw new TypeError('Estop needs a baseUrl, for example http://127.0.0.1:4600');
  return given.map((text) => {
    const url = URL.canParse(text) ? new URL(text) : null;
    if (url === null || !['http:', 'https:'].includes(url.protocol))
      throw new TypeError(
        `baseUrl must be an http or https address, but is ${JSON.stringify(text)}`,
      );
    return text.replace(/\/+$/, '');
  });
};
