import type { ClockReading } from '#domain';
import type { Clock } from '#platform';

const APART_MS_MAX = 1;
const TRIES = 4;

/**
 * Both clocks, read in one moment. A process that loses its processor between the two readings would take its own pause for
 * a clock that stood still, and drop its lease for nothing: so it reads again.
 */
export const readingOf = (clock: Clock): ClockReading => {
  for (let left = TRIES; ; left -= 1) {
    const monoMs = clock.monotonicMs();
    const wallMs = clock.nowMs();
    if (left === 1 || clock.monotonicMs() - monoMs <= APART_MS_MAX) return { monoMs, wallMs };
  }
};
