import type { StoredControl } from '../control-log/control-source.js';

/** The newest events of the control log as they were applied here, so that nobody reads the log for them again. */
export class RecentControlEvents {
  private events: StoredControl[] = [];
  /** Everything behind this sequence that was applied here is kept; `null`: nothing was applied yet. */
  private completeAfter: number | null = null;

  /** @param max so many are kept at least, and twice as many at most */
  constructor(private readonly max: number) {}

  add(stored: StoredControl): void {
    const last = this.events.at(-1)?.sequence ?? this.completeAfter;
    // Another log begins, or the first one.
    if (last === null || stored.sequence <= last) {
      this.events = [];
      this.completeAfter = stored.sequence - 1;
    }
    this.events.push(stored);
    if (this.events.length <= 2 * this.max) return;
    const dropped = this.events.splice(0, this.events.length - this.max);
    this.completeAfter = dropped.at(-1)?.sequence ?? this.completeAfter;
  }

  /** At most `count` of the events behind the sequence, oldest first; `null`: they are no longer here, or not yet. */
  after(sequence: number, count: number): readonly StoredControl[] | null {
    if (this.completeAfter === null || sequence < this.completeAfter) return null;
    let from = this.events.length;
    while (from > 0 && (this.events[from - 1] as StoredControl).sequence > sequence) from -= 1;
    return this.events.slice(from, from + count);
  }
}
