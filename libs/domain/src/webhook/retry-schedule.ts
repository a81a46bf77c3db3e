const SECOND_MS = 1000;
const HOUR_S = 3600;

/** Seconds from one try to the next, as the Standard Webhooks specification gives them for example: three days in all. */
const DELAYS_S = [
  ...[5, 300, 1800],
  ...[2, 5, 10, 14, 20, 24].map((hours) => hours * HOUR_S),
] as const;

/** Tries of one notice, the first included. */
export const ATTEMPTS_MAX = DELAYS_S.length + 1;
/** A receiver may ask for no more. */
const ASKED_S_MAX = 24 * HOUR_S;
/** The share of a delay that chance adds, so that a receiver that was away is not hit by all at once. */
const JITTER = 0.2;

export interface FailedTry {
  /** Tries so far, this one included. */
  readonly attempt: number;
  /** From the receiver's `Retry-After`, seconds. */
  readonly askedSeconds: number | null;
  /** 0 ≤ random < 1 */
  readonly random: number;
}

/** Milliseconds until the next try; `null`: that was the last. */
export const nextTryMs = ({ attempt, askedSeconds, random }: FailedTry): number | null => {
  const delay = DELAYS_S[attempt - 1];
  if (delay === undefined) return null;
  const asked = Math.min(askedSeconds ?? 0, ASKED_S_MAX);
  return Math.round(Math.max(delay * (1 + JITTER * random), asked) * SECOND_MS);
};
