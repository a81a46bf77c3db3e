import { type ClockReading, elapsedMs } from './clock-reading.js';
import { RETRY_AFTER_MS } from './constants.js';
import type { LogCursor } from './log-cursor.js';

/** When a reader of the log begins a new consumer: at once after a gap, but not again and again where nothing is to be had. */
export class Resubscription {
  #waitingSince: ClockReading | null = null;
  /** The first event is wanted, and no consumer has begun there yet. */
  #isFromStart = false;

  constructor(private readonly begin: (fromSequence: number) => void) {}

  /** Something is missing. */
  gap(cursor: LogCursor, now: ClockReading): void {
    if (cursor.isUnlucky) this.#waitingSince = now;
    else this.begin(this.from(cursor));
  }

  /** Where a consumer that is made now has to begin, whoever asks for it. */
  from(cursor: LogCursor): number {
    return this.#isFromStart ? 1 : cursor.overlapFrom;
  }

  /** A consumer was made, which begins at `from`. */
  began(from: number): void {
    if (from === 1) this.#isFromStart = false;
  }

  /** Of the whole log. */
  fromStart(): void {
    this.#waitingSince = null;
    this.#isFromStart = true;
    this.begin(1);
  }

  tick(cursor: LogCursor, now: ClockReading): void {
    if (this.#waitingSince === null || elapsedMs(this.#waitingSince, now) < RETRY_AFTER_MS) return;
    this.#waitingSince = null;
    this.begin(this.from(cursor));
  }
}
