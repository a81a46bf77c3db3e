const EVERY_MS = 600_000;
/** Thirty-five days: longer than the activity log remembers. */
const MARKS_MAX = (35 * 86_400_000) / EVERY_MS;

/** Which sequence a log had reached at which time, each ten minutes: where to begin to read from a time on. */
export class TimeMarks {
  private marks: [atMs: number, sequence: number][] = [];

  note(atMs: number, sequence: number): void {
    const last = this.marks.at(-1);
    if (last !== undefined && atMs < last[0] + EVERY_MS) return;
    this.marks.push([atMs, sequence]);
    if (this.marks.length > MARKS_MAX) this.marks.shift();
  }

  /** Everything that was stored from then on has this sequence or a higher one. */
  sequenceAt(atMs: number): number {
    const before = this.marks.filter(([markedMs]) => markedMs <= atMs).at(-1);
    return before?.[1] ?? 1;
  }

  save(): [number, number][] {
    return this.marks;
  }

  restore(saved: [number, number][]): void {
    this.marks = [...saved];
  }
}
