/** Lets acts pass at a rate. Times are handed in, milliseconds; one that goes back counts as the newest seen. */
export class TokenBucket {
  readonly #perMs: number;
  readonly #capacity: number;
  #tokens: number;
  #atMs: number;

  /** `first`: how much of an act may pass at once. */
  constructor(perSecond: number, first: number, nowMs: number) {
    this.#perMs = perSecond / 1000;
    this.#capacity = Math.max(1, perSecond);
    this.#tokens = Math.min(first, this.#capacity);
    this.#atMs = nowMs;
  }

  /** Milliseconds until the next act may pass; `0`: now; `null`: never. */
  waitMs(nowMs: number): number | null {
    this.#fill(nowMs);
    if (this.#tokens >= 1 - CRUMB) return 0;
    return this.#perMs === 0 ? null : Math.ceil((1 - this.#tokens) / this.#perMs);
  }

  /** An act passed. */
  take(nowMs: number): void {
    this.#fill(nowMs);
    this.#tokens = Math.max(0, this.#tokens - 1);
  }

  #fill(nowMs: number): void {
    if (nowMs <= this.#atMs) return;
    this.#tokens = Math.min(this.#capacity, this.#tokens + (nowMs - this.#atMs) * this.#perMs);
    this.#atMs = nowMs;
  }
}

/** What adding fractions loses. */
const CRUMB = 1e-9;
