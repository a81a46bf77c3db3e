import { readFileSync } from 'node:fs';
import type { Stall } from './judge/history.js';

/** A window counts when somebody on this machine waited for a processor nearly all the time. */
const SHARE_MIN = 0.95;
const WAITED = /^some .*total=(\d+)$/m;

/** For so long, in milliseconds since it started, somebody on this machine had to wait for a processor; `null`: it does not tell. */
export const waitedMs = (): number | null => {
  try {
    const total = WAITED.exec(readFileSync('/proc/pressure/cpu', 'utf8'))?.[1];
    return total === undefined ? null : Number(total) / 1000;
  } catch {
    return null;
  }
};

/**
 * Finds the times in which this machine had no processor to spare, by its kernel's own account: nothing can be said of how soon
 * a process does something that was not allowed to run. To be looked at about twenty times a second.
 */
export class ProcessorWant {
  readonly stalls: Stall[] = [];
  #last: { readonly atMs: number; readonly waitedMs: number | null };

  constructor(
    nowMs: number,
    private readonly waited: () => number | null = waitedMs,
  ) {
    this.#last = { atMs: nowMs, waitedMs: waited() };
  }

  look(nowMs: number): void {
    const before = this.#last;
    this.#last = { atMs: nowMs, waitedMs: this.waited() };
    if (before.waitedMs === null || this.#last.waitedMs === null) return;
    const share = (this.#last.waitedMs - before.waitedMs) / (nowMs - before.atMs);
    if (share >= SHARE_MIN) this.stalls.push({ fromMs: before.atMs, toMs: nowMs });
  }
}
