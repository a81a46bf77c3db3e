import type { Timestamp } from '#contracts';

/** Time, handed in so that tests can drive it. */
export interface Clock {
  /** Milliseconds since the epoch; may jump when the machine's clock is set. */
  nowMs(): number;
  /** Milliseconds since some fixed moment; never goes back. For durations. */
  monotonicMs(): number;
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
};

/** RFC 3339, UTC, milliseconds. */
export const toTimestamp = (ms: number): Timestamp => new Date(ms).toISOString();
