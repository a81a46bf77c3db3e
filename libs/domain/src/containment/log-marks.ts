import { type LogEntry, type LogMark, markOf } from './log-entry.js';

/** So many lasting events are told apart; of older ones nothing is said. */
export const MARKS_KEPT_MAX = 8_192;

const NOTHING_YET: LogMark = { sequence: 0, storedAtMs: 0 };

/** Which lasting events a reader of the log has applied. */
export class LogMarks {
  readonly #storedAt = new Map<number, number>();
  #completeAfter = 0;
  #last = NOTHING_YET;

  /** Of the last lasting event; sequence 0 before the first. */
  get last(): LogMark {
    return this.#last;
  }

  /** In the order of the log. */
  add(entry: LogEntry): void {
    this.#last = markOf(entry);
    this.#storedAt.set(entry.sequence, entry.record.storedAtMs);
    if (this.#storedAt.size <= MARKS_KEPT_MAX) return;
    const [oldest] = this.#storedAt.keys();
    this.#completeAfter = oldest as number;
    this.#storedAt.delete(this.#completeAfter);
  }

  /** Whether a lasting event stood there. */
  holds(sequence: number): boolean {
    return this.#storedAt.has(sequence);
  }

  /** For a mark at or below the position that was read. `other`: there stands another event, or none that lasts. */
  compare({ sequence, storedAtMs }: LogMark): 'same' | 'other' | 'unknown' {
    if (sequence <= this.#completeAfter) return 'unknown';
    return this.#storedAt.get(sequence) === storedAtMs ? 'same' : 'other';
  }
}
