import { periodAt } from '../budget/budget-period.js';
import { spanMs } from '../time/spans.js';
import { shapeOf, SlidingWindow } from './sliding-window.js';

/** Over what time a rule sums. */
export type Per = 'minute' | 'hour' | 'day' | 'month' | 'total';

/** What a rule sums over: a span that slides, a month of the UTC calendar, or all time. Times are of the log, milliseconds. */
export interface Window {
  add(amount: number, atMs: number): void;
  total(atMs: number): number;
  /** Until the sum falls to the limit by itself; `null`: it never does. */
  msUntilAtMost(limit: number, atMs: number): number | null;
  save(): number[];
  restore(saved: readonly number[]): void;
}

export const newWindow = (per: Per): Window => {
  switch (per) {
    case 'minute':
    case 'hour':
    case 'day':
      return new SlidingWindow(shapeOf(spanMs[per]));
    case 'month':
      return new MonthWindow();
    case 'total':
      return new TotalWindow();
  }
};

/** What comes late, of a month that is over, is left out. */
class MonthWindow implements Window {
  #fromMs = 0;
  #sum = 0;

  add(amount: number, atMs: number): void {
    this.#moveTo(atMs);
    if (atMs >= this.#fromMs) this.#sum += amount;
  }

  total(atMs: number): number {
    this.#moveTo(atMs);
    return this.#sum;
  }

  msUntilAtMost(limit: number, atMs: number): number {
    if (this.total(atMs) <= limit) return 0;
    return Math.max(1, (periodAt('month', this.#fromMs).endMs ?? atMs) - atMs);
  }

  save(): number[] {
    return [this.#fromMs, this.#sum];
  }

  restore([fromMs = 0, sum = 0]: readonly number[]): void {
    this.#fromMs = fromMs;
    this.#sum = sum;
  }

  #moveTo(atMs: number): void {
    const fromMs = periodAt('month', atMs).startMs;
    if (fromMs <= this.#fromMs) return;
    this.#fromMs = fromMs;
    this.#sum = 0;
  }
}

class TotalWindow implements Window {
  #sum = 0;

  add(amount: number): void {
    this.#sum += amount;
  }

  total(): number {
    return this.#sum;
  }

  msUntilAtMost(limit: number): number | null {
    return this.#sum <= limit ? 0 : null;
  }

  save(): number[] {
    return [this.#sum];
  }

  restore([sum = 0]: readonly number[]): void {
    this.#sum = sum;
  }
}
