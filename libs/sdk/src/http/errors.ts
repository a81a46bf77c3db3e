import { problemCodes, type ProblemCode, type StopMode } from '#contracts';

/** Codes that only a client knows: nothing answered, or what answered was not this API. */
export type ClientCode = 'no_answer' | 'unreadable_answer';

export interface Failure {
  /** The HTTP status; 0 when nothing answered. */
  readonly status: number;
  /** A stable word to match on: one of the API's problem codes, or a {@link ClientCode}. */
  readonly code: ProblemCode | ClientCode;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
  /** Seconds that the answer asked to wait, or `null`. */
  readonly retryAfter: number | null;
  readonly requestId: string | null;
  readonly traceId: string | null;
}

/** Every failure of a call. Match on `code`; `message` is for people and may change. */
export class EstopError extends Error implements Failure {
  override readonly name: string = 'EstopError';
  readonly status: number;
  readonly code: ProblemCode | ClientCode;
  readonly details: Readonly<Record<string, unknown>>;
  readonly retryAfter: number | null;
  readonly requestId: string | null;
  readonly traceId: string | null;

  constructor(failure: Failure, options?: ErrorOptions) {
    super(failure.message, options);
    this.status = failure.status;
    this.code = failure.code;
    this.details = failure.details;
    this.retryAfter = failure.retryAfter;
    this.requestId = failure.requestId;
    this.traceId = failure.traceId;
  }
}

/** The order that holds an agent, as a refusal names it. */
export interface StopNotice {
  readonly order_id: string;
  readonly mode: StopMode;
  /** RFC 3339. */
  readonly since: string;
  readonly reason: string | null;
}

/** A stop holds the sender or the receiver. Trying again is of no use before an operator has lifted the order. */
export class AgentStoppedError extends EstopError implements StopNotice {
  override readonly name = 'AgentStoppedError';
  readonly order_id: string;
  readonly mode: StopMode;
  readonly since: string;
  readonly reason: string | null;

  constructor(failure: Failure, stop: StopNotice) {
    super(failure);
    this.order_id = stop.order_id;
    this.mode = stop.mode;
    this.since = stop.since;
    this.reason = stop.reason;
  }
}

const stoppedModes: Partial<Record<string, StopMode>> = {
  agent_killed: 'halt',
  agent_paused: 'pause',
  agent_quarantined: 'quarantine',
  agent_draining: 'drain',
};

type Json = Readonly<Record<string, unknown>>;

/** Reads a refusal: `application/problem+json` with an `error` object, or whatever a proxy between sent instead. */
export const errorFrom = (response: Response, body: string): EstopError => {
  const problem = objectOf(parse(body));
  const error = objectOf(problem.error);
  const code = textOf(error.code);
  const failure: Failure = {
    status: response.status,
    code: code !== null && code in problemCodes ? (code as ProblemCode) : 'unreadable_answer',
    message:
      textOf(error.message) ?? textOf(problem.detail) ?? `HTTP ${response.status} without a reason`,
    details: objectOf(error.details),
    retryAfter: secondsOf(response.headers.get('retry-after')),
    requestId: response.headers.get('x-request-id'),
    traceId: response.headers.get('x-trace-id'),
  };
  const mode = stoppedModes[failure.code];
  return mode === undefined
    ? new EstopError(failure)
    : new AgentStoppedError(failure, noticeFrom({ ...problem, ...failure.details }, mode));
};

/** Nothing answered: no connection, a broken one, or none in time. */
export const noAnswer = (url: string, cause: unknown): EstopError => {
  const why = cause instanceof Error ? reasonOf(cause) : 'unknown';
  return new EstopError(
    {
      status: 0,
      code: 'no_answer',
      message: `${url} did not answer: ${why}`,
      details: {},
      retryAfter: null,
      requestId: null,
      traceId: null,
    },
    { cause },
  );
};

/** Node's fetch hides the reason in the cause. */
const reasonOf = (error: Error): string =>
  error.cause instanceof Error && error.cause.message !== '' ? error.cause.message : error.message;

const noticeFrom = (source: Json, mode: StopMode): StopNotice => ({
  order_id: textOf(source.order_id) ?? '',
  mode: (textOf(source.mode) as StopMode | null) ?? mode,
  since: textOf(source.since) ?? '',
  reason: textOf(source.reason),
});

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const objectOf = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);

const secondsOf = (header: string | null): number | null =>
  header !== null && /^\d{1,6}$/.test(header.trim()) ? Number(header) : null;
