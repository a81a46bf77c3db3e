import { CLOCK_DISAGREEMENT_MAX_MS } from './constants.js';

/** Both clocks of one machine, read in one moment, in milliseconds. Only differences of `monoMs` are ever measured. */
export interface ClockReading {
  readonly monoMs: number;
  /** Since the epoch; may be stepped, but runs on while the machine is suspended. */
  readonly wallMs: number;
}

export const elapsedMs = (from: ClockReading, to: ClockReading): number => to.monoMs - from.monoMs;

/** A monotonic clock stands still while a machine is suspended: over a trusted interval both clocks tell the same. */
export const clocksAgree = (from: ClockReading, to: ClockReading): boolean =>
  Math.abs(to.wallMs - from.wallMs - elapsedMs(from, to)) <= CLOCK_DISAGREEMENT_MAX_MS;
