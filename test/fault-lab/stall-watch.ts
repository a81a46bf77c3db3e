import type { Stall } from './judge/history.js';

/** A timer that comes so late tells that the machine had no time for a process that waits for nothing else. Milliseconds. */
const LATE_MS = 60;

/** Notices when this process got no processor. To be looked at every few milliseconds. */
export class StallWatch {
  #stalls: Stall[] = [];
  #lookedMs: number;

  constructor(nowMs: number) {
    this.#lookedMs = nowMs;
  }

  look(nowMs: number): void {
    if (nowMs - this.#lookedMs > LATE_MS)
      this.#stalls.push({ fromMs: this.#lookedMs, toMs: nowMs });
    this.#lookedMs = nowMs;
  }

  get stalls(): readonly Stall[] {
    return this.#stalls;
  }
}
