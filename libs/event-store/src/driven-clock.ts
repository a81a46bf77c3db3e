import type { DrivenClock } from './in-memory-work-queues.js';

/** A clock for specs: it stands still until it is told to move, and wakes who waits, in order. */
export class ManualClock implements DrivenClock {
  private waiting: { readonly atMs: number; wake(): void }[] = [];

  constructor(private currentMs = 0) {}

  nowMs(): number {
    return this.currentMs;
  }

  at(atMs: number, wake: () => void): () => void {
    const entry = { atMs, wake };
    this.waiting.push(entry);
    return () => {
      this.waiting = this.waiting.filter((other) => other !== entry);
    };
  }

  advance(ms: number): void {
    this.currentMs += ms;
    const due = this.waiting.filter(({ atMs }) => atMs <= this.currentMs);
    this.waiting = this.waiting.filter((entry) => !due.includes(entry));
    for (const { wake } of due.toSorted((a, b) => a.atMs - b.atMs)) wake();
  }
}
