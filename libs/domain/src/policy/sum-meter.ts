import type { Evidence } from '#contracts';
import { evidence, type Finding, NOTHING } from './finding.js';
import type { Meter, Saved } from './meter.js';
import type { Observation } from './observation.js';
import { newWindow, type Per, type Window } from './windows.js';

/** What is summed, and against which limit. */
export interface SumOptions {
  readonly condition: string;
  readonly per: Per;
  readonly limit: number;
  readonly tellFrom: number;
  /** How many sums there are. */
  readonly sums: number;
  /** One amount for each sum; where there are several, the largest counts. */
  amounts(seen: Observation): readonly number[];
  /** `12.30 dollars spent`. */
  says(measured: number): string;
  /** What people see of the sum: dollars where millionths are summed. @default as it is */
  readonly shown?: (measured: number) => number;
}

/** A sum over a window that must not exceed a limit. */
export class SumMeter implements Meter {
  #windows: readonly Window[];

  constructor(private readonly options: SumOptions) {
    this.#windows = this.#fresh();
  }

  observe(seen: Observation): readonly Finding[] {
    const amounts = this.options.amounts(seen);
    let added = false;
    for (let index = 0; index < amounts.length; index += 1) {
      const amount = amounts[index] as number;
      if (amount === 0) continue;
      this.#windows[index]?.add(amount, seen.atMs);
      added = true;
    }
    return added ? this.#findings(seen.atMs) : NOTHING;
  }

  forgive(): void {
    this.#windows = this.#fresh();
  }

  save(): Saved {
    return this.#windows.map((window) => window.save());
  }

  restore(saved: Saved): void {
    this.#windows.forEach((window, index) => window.restore((saved[index] ?? []) as number[]));
  }

  #fresh(): readonly Window[] {
    return Array.from({ length: this.options.sums }, () => newWindow(this.options.per));
  }

  #findings(atMs: number): readonly Finding[] {
    const { limit, tellFrom } = this.options;
    const measured = this.#largest(atMs);
    const share = shareOf(measured, limit);
    if (share < tellFrom || share === 0) return NOTHING;
    return [
      {
        share,
        key: '',
        atMs,
        overInMs: () => this.#overInMs(atMs),
        evidence: () => this.#evidence(measured),
      },
    ];
  }

  #largest(atMs: number): number {
    let largest = 0;
    for (const window of this.#windows) largest = Math.max(largest, window.total(atMs));
    return largest;
  }

  #overInMs(atMs: number): number | null {
    const waits = this.#windows.map((window) => window.msUntilAtMost(this.options.limit, atMs));
    return waits.some((wait) => wait === null) ? null : Math.max(...(waits as number[]));
  }

  #evidence(measured: number): Evidence {
    const { condition, per, limit, shown = same, says } = this.options;
    const window = per === 'total' ? 'total' : `per ${per}`;
    return evidence({
      ...{ condition, measured: shown(measured), limit: shown(limit), window },
      says: `${says(measured)} ${per === 'total' ? 'in total' : window}`,
    });
  }
}

const same = (measured: number): number => measured;

/** Above 1 if and only if it is above the limit. */
export const shareOf = (measured: number, limit: number): number => {
  if (limit === 0) return measured > 0 ? Infinity : 0;
  return measured / limit;
};
