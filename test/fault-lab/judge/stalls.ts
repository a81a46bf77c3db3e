import type { Stall } from './history.js';

/** When this machine had no time for the lab, each moment once. */
export class Stalls {
  readonly #merged: readonly Stall[];

  constructor(stalls: readonly Stall[]) {
    const merged: { fromMs: number; toMs: number }[] = [];
    for (const { fromMs, toMs } of [...stalls].sort((one, other) => one.fromMs - other.fromMs)) {
      const last = merged.at(-1);
      if (last !== undefined && fromMs <= last.toMs) last.toMs = Math.max(last.toMs, toMs);
      else merged.push({ fromMs, toMs });
    }
    this.#merged = merged;
  }

  /** So many milliseconds of this interval were lost. */
  lostMs(fromMs: number, toMs: number): number {
    const within = (stall: Stall): number =>
      Math.min(toMs, stall.toMs) - Math.max(fromMs, stall.fromMs);
    return this.#merged.reduce((sum, stall) => sum + Math.max(0, within(stall)), 0);
  }
}
