import type { Clock } from '#platform';

/**
 * What time it is for the logs: that of the newest event, and what has passed since it came, by a clock that never goes back.
 * This machine's own idea of the date does not matter.
 */
export class LogTime {
  private newestMs = 0;
  private atMs = 0;

  constructor(private readonly clock: Clock) {}

  note(storedAtMs: number): void {
    if (storedAtMs <= this.nowMs()) return;
    this.newestMs = storedAtMs;
    this.atMs = this.clock.monotonicMs();
  }

  /** An event has come, so at least that late it is; `0` before the first. */
  nowMs(): number {
    if (this.newestMs === 0) return 0;
    return this.newestMs + Math.max(0, this.clock.monotonicMs() - this.atMs);
  }
}
