const WINDOW_MS = 1000;

/** How much was spent in a second of late, whole seconds apart: what an allotment is sized to. */
export class SpendingRate {
  #windowMs = -Infinity;
  #now = 0;
  #before = 0;

  add(amount: number, nowMs: number): void {
    this.#turn(nowMs);
    this.#now += amount;
  }

  perSecond(nowMs: number): number {
    this.#turn(nowMs);
    return Math.max(this.#now, this.#before);
  }

  #turn(nowMs: number): void {
    if (nowMs < this.#windowMs + WINDOW_MS) return;
    this.#before = nowMs < this.#windowMs + 2 * WINDOW_MS ? this.#now : 0;
    this.#now = 0;
    this.#windowMs = nowMs;
  }
}
