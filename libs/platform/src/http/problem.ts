import { problemCodes, type ProblemCode } from '#contracts';
import { ApiProblem } from './api-problem.js';

/** An error as it goes over the wire. */
export interface ProblemAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

const categories: Readonly<Record<number, string>> = {
  400: 'request',
  401: 'authentication',
  403: 'authorization',
  404: 'not_found',
  405: 'request',
  409: 'conflict',
  413: 'request',
  415: 'request',
  422: 'validation',
  429: 'limit',
  500: 'internal',
  503: 'availability',
};

export const categoryOf = (code: ProblemCode): string =>
  code.startsWith('agent_') ? 'stopped' : (categories[problemCodes[code].status] ?? 'internal');

/** RFC 9457, plus the `error` object that AXME's clients read. */
export const problemAnswer = (
  problem: ApiProblem,
  { path, traceId }: { path: string; traceId: string },
): ProblemAnswer => {
  const { status, title, retryable } = problemCodes[problem.code];
  const error = {
    code: problem.code,
    message: problem.detail,
    category: categoryOf(problem.code),
    retryable,
    ...(problem.details && { details: problem.details }),
  };
  const type = `urn:estop:problem:${problem.code}`;
  const wire = {
    type,
    title,
    status,
    detail: problem.detail,
    instance: path,
    error,
    trace_id: traceId,
  };
  return { status, headers: headersOf(problem, status), body: JSON.stringify(wire) };
};

const headersOf = (problem: ApiProblem, status: number): Record<string, string> => {
  const headers: Record<string, string> = { ...problem.headers };
  const wait = problem.retryAfterSeconds ?? (status === 429 || status === 503 ? 1 : null);
  if (wait !== null) headers['retry-after'] = String(Math.max(1, Math.ceil(wait)));
  if (status === 401) headers['www-authenticate'] = 'Bearer realm="estop"';
  return headers;
};

const ofFramework: Readonly<Record<string, readonly [ProblemCode, string]>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: [
    'payload_too_large',
    'The body is larger than 1 MiB (1048576 bytes).',
  ],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [
    'unsupported_media_type',
    'Send the body as "content-type: application/json".',
  ],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: [
    'malformed_request',
    'The body is not as long as its content-length says.',
  ],
  FST_ERR_BAD_URL: ['malformed_request', 'The path is not correctly URL-encoded.'],
  FST_ERR_MAX_PARAM_LENGTH: [
    'malformed_request',
    'A part of the path is longer than 1024 characters.',
  ],
  LOG_UNAVAILABLE: ['log_unavailable', 'The log cannot be reached. Try again shortly.'],
  WRONG_SEQUENCE: ['conflict', 'Others changed the same thing at the same moment. Try again.'],
  UNREADABLE_HISTORY: [
    'gateway_fenced',
    'The log holds an event about this that this build cannot read. Update it.',
  ],
  EVENT_TOO_LARGE: ['payload_too_large', 'The log cannot take an event as large as this one.'],
};

/** What the caller is told about an error. An unexpected one says nothing of its cause. */
export const problemOf = (error: unknown): ApiProblem => {
  if (error instanceof ApiProblem) return error;
  const { code, statusCode } = (error ?? {}) as { code?: unknown; statusCode?: unknown };
  const known = typeof code === 'string' ? ofFramework[code] : undefined;
  if (known) return new ApiProblem(known[0], known[1], { cause: error });
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500) {
    return new ApiProblem('malformed_request', 'The request cannot be read.', { cause: error });
  }
  const detail = 'Something broke here. The trace id finds it in the log.';
  return new ApiProblem('internal_error', detail, { cause: error });
};
