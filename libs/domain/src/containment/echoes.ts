import { clocksAgree, type ClockReading, elapsedMs } from './clock-reading.js';
import { ECHO_EVERY_MS, ECHO_HORIZON_MS } from './constants.js';

/** Echoes further apart than this are no unbroken run: what others said in between was not heard. */
const RUN_BROKEN_AFTER_MS = 2_000;

/**
 * A node's own echoes: small events in the control log. When one comes back in order, everything that was committed before
 * it was sent has been consumed.
 */
export class Echoes {
  readonly #sent = new Map<number, ClockReading>();
  #count = 0;
  #lastSent: ClockReading | null = null;
  #returned: ClockReading | null = null;
  #runStart: ClockReading | null = null;
  #returnedAt: ClockReading | null = null;

  /** None has returned, and none of the earlier ones ever will. */
  startedOver(): Echoes {
    const next = new Echoes();
    next.#count = this.#count;
    return next;
  }

  isDue(now: ClockReading): boolean {
    return this.#lastSent === null || elapsedMs(this.#lastSent, now) >= ECHO_EVERY_MS;
  }

  send(now: ClockReading): number {
    this.#count += 1;
    this.#lastSent = now;
    this.#sent.set(this.#count, now);
    for (const [count, at] of this.#sent) {
      if (elapsedMs(at, now) <= ECHO_HORIZON_MS) break;
      this.#sent.delete(count);
    }
    return this.#count;
  }

  returned(count: number, now: ClockReading): void {
    const sentAt = this.#sent.get(count);
    if (sentAt === undefined) return;
    for (const older of this.#sent.keys()) if (older <= count) this.#sent.delete(older);
    if (this.#returned === null || elapsedMs(this.#returned, sentAt) > 0) this.#returned = sentAt;
    const broken =
      this.#returnedAt === null || elapsedMs(this.#returnedAt, now) > RUN_BROKEN_AFTER_MS;
    if (broken) this.#runStart = now;
    this.#returnedAt = now;
  }

  get hasReturned(): boolean {
    return this.#returned !== null;
  }

  /** Since the send of the last echo that returned, in milliseconds; `null`: none did, or a clock stood still since. */
  ageMs(now: ClockReading): number | null {
    if (this.#returned === null || !clocksAgree(this.#returned, now)) return null;
    return elapsedMs(this.#returned, now);
  }

  /** For so long the log has been heard without a break, in milliseconds: nobody's silence can be longer. */
  heardForMs(now: ClockReading): number {
    if (this.#runStart === null || this.#returnedAt === null) return 0;
    if (elapsedMs(this.#returnedAt, now) > RUN_BROKEN_AFTER_MS) return 0;
    return elapsedMs(this.#runStart, now);
  }
}
