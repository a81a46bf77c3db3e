/**
 * Mean and variance of a series, one value at a time (B. P. Welford, Technometrics 4, 1962), with the older values
 * weighing less and less once there are more than `memory` of them (T. Finch, Incremental calculation of weighted mean and
 * variance, 2009).
 */
export class Moments {
  /** Values taken in. */
  count = 0;
  mean = 0;
  #variance = 0;

  constructor(private readonly memory: number) {}

  add(value: number): void {
    this.count += 1;
    const weight = Math.max(1 / this.count, 1 / this.memory);
    const away = value - this.mean;
    this.mean += weight * away;
    this.#variance = (1 - weight) * (this.#variance + weight * away * away);
  }

  /** As many zeros; those that would be forgotten anyway are not counted one by one. */
  addZeros(count: number): void {
    for (let n = Math.min(count, 5 * this.memory); n > 0; n -= 1) this.add(0);
  }

  /** Of the sample, unbiased for equal weights. */
  get variance(): number {
    const effective = Math.min(this.count, this.memory);
    return effective < 2 ? 0 : (this.#variance * effective) / (effective - 1);
  }

  save(): number[] {
    return [this.count, this.mean, this.#variance];
  }

  restore([count = 0, mean = 0, variance = 0]: readonly number[]): void {
    this.count = count;
    this.mean = mean;
    this.#variance = variance;
  }
}
