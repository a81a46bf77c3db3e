/** So many requests may be on their way to one gateway. */
const IN_FLIGHT = { min: 8, max: 96 } as const;
/** A guard check needs no log. One that takes so long waits for a processor, and one that takes less than half of it does not. */
const SLOW_MS = 25;
/** What was on its way when the pressure was taken back tells nothing new. */
const AGAIN_AFTER_MS = 100;

/**
 * How many requests one gateway is given at once: fewer where even its guard checks are slow. The hammer is to find what a
 * fault does to the mesh, not what this machine cannot carry; what it holds back is counted as not sent.
 */
export class Pressure {
  #limit: number = IN_FLIGHT.max;
  #loweredMs = -Infinity;

  get limit(): number {
    return Math.floor(this.#limit);
  }

  /** A guard check was answered, or given up. */
  felt(tookMs: number, nowMs: number): void {
    if (tookMs < SLOW_MS / 2) this.#limit = Math.min(IN_FLIGHT.max, this.#limit + 1);
    if (tookMs < SLOW_MS || nowMs - this.#loweredMs < AGAIN_AFTER_MS) return;
    this.#loweredMs = nowMs;
    this.#limit = Math.max(IN_FLIGHT.min, this.#limit / 2);
  }
}
