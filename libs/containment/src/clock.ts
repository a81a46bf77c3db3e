import type { ClockReading } from '#domain';
import type { Clock } from '#platform';

/** Both clocks, read in one moment. */
export const readingOf = (clock: Clock): ClockReading => ({
  monoMs: clock.monotonicMs(),
  wallMs: clock.nowMs(),
});
