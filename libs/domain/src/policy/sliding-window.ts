/** A window that moves with the time handed in. */
export interface WindowShape {
  readonly lengthMs: number;
  /** How many equal buckets it is counted in. */
  readonly buckets: number;
}

/** Buckets of a window of this length: a minute in seconds, an hour in minutes, a day in quarters of an hour. */
export const shapeOf = (lengthMs: number): WindowShape => ({
  lengthMs,
  buckets: lengthMs >= DAY_LONG_MS ? 96 : 60,
});
const DAY_LONG_MS = 86_400_000;

/**
 * Sums what was added within a window that slides, in a ring of buckets. The bucket of now counts as the last of them, so
 * what is summed never spans more than the window, and at least all of it but one bucket: a sum above a limit is always
 * true, and one that is only so for less than a bucket may go unseen. What is older than the window when it comes is left
 * out; time that goes back is the newest seen.
 */
export class SlidingWindow {
  readonly #bucketMs: number;
  readonly #sums: number[];
  /** The number of the newest bucket, counted from the epoch. */
  #newest = -1;
  #total = 0;

  constructor(shape: WindowShape) {
    this.#bucketMs = shape.lengthMs / shape.buckets;
    this.#sums = new Array<number>(shape.buckets).fill(0);
  }

  add(amount: number, atMs: number): void {
    const bucket = Math.floor(atMs / this.#bucketMs);
    this.#moveTo(bucket);
    if (bucket <= this.#newest - this.#sums.length) return;
    const at = bucket % this.#sums.length;
    this.#sums[at] = (this.#sums[at] as number) + amount;
    this.#total += amount;
  }

  /** The sum of the window that ends at the newest time seen, this one included. */
  total(atMs: number): number {
    this.#moveTo(Math.floor(atMs / this.#bucketMs));
    return this.#total;
  }

  /** Milliseconds until the sum falls to `limit` or below if nothing is added; `0`: it is already. */
  msUntilAtMost(limit: number, atMs: number): number {
    let left = this.total(atMs);
    if (left <= limit) return 0;
    const size = this.#sums.length;
    for (let bucket = this.#newest - size + 1; bucket <= this.#newest; bucket += 1) {
      if (bucket < 0) continue;
      left -= this.#sums[bucket % size] as number;
      if (left <= limit) return Math.max(1, (bucket + size) * this.#bucketMs - atMs);
    }
    return size * this.#bucketMs;
  }

  /** The start of the newest bucket; what happens in one is one breach. */
  startMs(): number {
    return this.#newest * this.#bucketMs;
  }

  #moveTo(bucket: number): void {
    if (bucket <= this.#newest) return;
    const size = this.#sums.length;
    const from = Math.max(this.#newest + 1, bucket - size + 1, 0);
    for (let passed = from; passed <= bucket; passed += 1) {
      const at = passed % size;
      this.#total -= this.#sums[at] as number;
      this.#sums[at] = 0;
    }
    this.#newest = bucket;
    // Sums of fractions leave crumbs; an empty window is exactly empty.
    if (bucket - from + 1 >= size) this.#total = 0;
  }
}
