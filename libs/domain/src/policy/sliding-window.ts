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

  constructor({ lengthMs, buckets }: WindowShape) {
    this.#bucketMs = lengthMs / buckets;
    this.#sums = new Array<number>(buckets).fill(0);
  }

  add(amount: number, atMs: number): void {
    const bucket = Math.floor(atMs / this.#bucketMs);
    this.#moveTo(bucket);
    if (bucket <= this.#newest - this.#sums.length) return;
    this.#put(bucket, amount);
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

  /** The newest bucket, and then how long before it and how much, for each bucket that holds something. */
  save(): number[] {
    const size = this.#sums.length;
    const saved = [this.#newest];
    for (let back = 0; back < size && back <= this.#newest; back += 1) {
      const sum = this.#sums[(this.#newest - back) % size] as number;
      if (sum !== 0) saved.push(back, sum);
    }
    return saved;
  }

  restore([newest = -1, ...pairs]: readonly number[]): void {
    this.#newest = newest;
    for (let at = 0; at + 1 < pairs.length; at += 2) {
      const bucket = newest - (pairs[at] as number);
      if (bucket >= 0) this.#put(bucket, pairs[at + 1] as number);
    }
  }

  #put(bucket: number, amount: number): void {
    const at = bucket % this.#sums.length;
    this.#sums[at] = (this.#sums[at] as number) + amount;
    this.#total += amount;
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
