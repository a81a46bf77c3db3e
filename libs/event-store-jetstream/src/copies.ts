/** What goes several ways arrives several times, within so many milliseconds unless one of the ways stands still. */
const KEPT_MS = 400;
/** Beyond so many the oldest are forgotten: a copy that is let through does no harm. */
const KEPT_MAX = 10_000;

/** Tells the first copy of a message from the others, by what it says. */
export class Copies {
  readonly #seenAt = new Map<string, number>();

  constructor(private readonly nowMs: () => number) {}

  /** Whether the same was said on the same subject a moment ago. */
  isCopy(subject: string, text: string): boolean {
    const key = `${subject} ${text}`;
    const now = this.nowMs();
    this.#forget(now);
    if (this.#seenAt.has(key)) return true;
    this.#seenAt.set(key, now);
    return false;
  }

  #forget(now: number): void {
    for (const [key, atMs] of this.#seenAt) {
      if (now - atMs <= KEPT_MS && this.#seenAt.size < KEPT_MAX) return;
      this.#seenAt.delete(key);
    }
  }
}
