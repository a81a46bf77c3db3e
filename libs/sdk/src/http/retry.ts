import { EstopError } from './errors.js';

/** How often and how patiently a call is tried again. */
export interface RetryLimits {
  /** Attempts in all, the first included. @default 4 */
  readonly maxAttempts: number;
  /** Wait before the first repeat, in milliseconds; doubled each time. @default 100 */
  readonly firstDelayMs: number;
  /** No wait is longer, whatever the answer asked for. @default 5000 */
  readonly delayMsMax: number;
}

export const defaultRetryLimits: RetryLimits = {
  maxAttempts: 4,
  firstDelayMs: 100,
  delayMsMax: 5000,
};

/**
 * True where the same request may succeed elsewhere or later: nothing answered, the gateway is fenced, a proxy found no
 * one behind it, or our own first attempt with this idempotency key is still running.
 */
export const isWorthRepeating = (error: EstopError): boolean =>
  error.status === 0 ||
  [502, 503, 504].includes(error.status) ||
  error.code === 'idempotency_in_progress';

export interface Attempt {
  /** Attempts made so far, 1 or more. */
  readonly made: number;
  readonly error: EstopError;
  /** Base addresses that this call has not tried yet. */
  readonly untried: number;
}

/**
 * The wait before the next attempt in milliseconds, or `null` for "give up". Another address is tried at once; a round
 * over all of them is followed by a wait with jitter, so that a fleet does not come back in step.
 *
 * @param random 0 ≤ random < 1.
 */
export const nextDelayMs = (
  attempt: Attempt,
  limits: RetryLimits,
  random: number,
): number | null => {
  if (attempt.made >= limits.maxAttempts || !isWorthRepeating(attempt.error)) return null;
  if (attempt.untried > 0) return 0;
  const backoffMs = limits.firstDelayMs * 2 ** (attempt.made - 1);
  const askedMs = (attempt.error.retryAfter ?? 0) * 1000;
  const jittered = backoffMs / 2 + (backoffMs / 2) * random;
  return Math.min(Math.max(jittered, askedMs), limits.delayMsMax);
};
