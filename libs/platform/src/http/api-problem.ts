import { problemCodes, type ProblemCode } from '#contracts';

export interface ProblemExtra {
  /** Goes to the caller as `error.details`: which field, order, gateway. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** @default 1 for codes of status 429 and 503 */
  readonly retryAfterSeconds?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Goes to the log, never to the caller. */
  readonly cause?: unknown;
}

/**
 * A refusal that the caller is to see. `detail` is a sentence that says what to do next. It is an answer and no bug, so it
 * takes no stack, which a flood of refusals would pay for. What broke keeps its own, as `cause`.
 */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly details: Readonly<Record<string, unknown>> | null;
  readonly retryAfterSeconds: number | null;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    readonly code: ProblemCode,
    readonly detail: string,
    extra: ProblemExtra = {},
  ) {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(`${code}: ${detail}`, extra.cause === undefined ? undefined : { cause: extra.cause });
    Error.stackTraceLimit = stackTraceLimit;
    this.details = extra.details ?? null;
    this.retryAfterSeconds = extra.retryAfterSeconds ?? null;
    this.headers = extra.headers ?? {};
  }

  get status(): number {
    return problemCodes[this.code].status;
  }
}
