import { ANSWER_BYTES_MAX } from './constants.js';
import type { LogEntry } from './log-entry.js';

/** So many events are kept for gateways that are behind; one that is further behind reads the log first. */
export const EVENTS_KEPT_MAX = 4_096;

export interface CarriedEvents {
  readonly events: LogEntry[];
  /** The rest did not fit. */
  readonly more: boolean;
}

/** The newest events of the log, echoes left out, for answers to renewals. */
export class RecentEvents {
  #entries: LogEntry[] = [];
  #completeAfter = 0;

  add(entry: LogEntry): void {
    this.#entries.push(entry);
    if (this.#entries.length <= 2 * EVENTS_KEPT_MAX) return;
    this.#entries = this.#entries.slice(-EVENTS_KEPT_MAX);
    this.#completeAfter = (this.#entries[0]?.sequence ?? 1) - 1;
  }

  /** Everything after the position, or the oldest part that fits. `null`: no longer known. */
  after(position: number): CarriedEvents | null {
    if (position < this.#completeAfter) return null;
    const events: LogEntry[] = [];
    let bytes = 0;
    for (let index = this.#firstAfter(position); index < this.#entries.length; index += 1) {
      const entry = this.#entries[index] as LogEntry;
      bytes += entry.bytes;
      // One event goes in any case, or a large one would stop everything behind it.
      if (bytes > ANSWER_BYTES_MAX && events.length > 0) return { events, more: true };
      events.push(entry);
    }
    return { events, more: false };
  }

  #firstAfter(position: number): number {
    let index = this.#entries.length;
    while (index > 0 && (this.#entries[index - 1] as LogEntry).sequence > position) index -= 1;
    return index;
  }
}
