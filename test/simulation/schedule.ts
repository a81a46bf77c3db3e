interface Due {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

const before = (one: Due, other: Due): boolean =>
  one.at < other.at || (one.at === other.at && one.order < other.order);

/** Virtual time: runs what is due, in order of time and then of scheduling. */
export class Schedule {
  readonly #heap: Due[] = [];
  #order = 0;
  #nowMs = 0;

  /** Milliseconds of true time since the history began. No process can see it. */
  get nowMs(): number {
    return this.#nowMs;
  }

  at(atMs: number, run: () => void): void {
    this.#order += 1;
    const due = { at: Math.max(atMs, this.#nowMs), order: this.#order, run };
    let index = this.#heap.push(due) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!before(due, this.#heap[parent] as Due)) break;
      this.#heap[index] = this.#heap[parent] as Due;
      index = parent;
    }
    this.#heap[index] = due;
  }

  in(delayMs: number, run: () => void): void {
    this.at(this.#nowMs + delayMs, run);
  }

  runUntil(endMs: number): void {
    while (this.#heap.length > 0 && (this.#heap[0] as Due).at <= endMs) {
      const due = this.#pop();
      this.#nowMs = due.at;
      due.run();
    }
    this.#nowMs = endMs;
  }

  #pop(): Due {
    const top = this.#heap[0] as Due;
    const last = this.#heap.pop() as Due;
    const size = this.#heap.length;
    if (size === 0) return top;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= size) break;
      const right = child + 1;
      if (right < size && before(this.#heap[right] as Due, this.#heap[child] as Due)) child = right;
      if (!before(this.#heap[child] as Due, last)) break;
      this.#heap[index] = this.#heap[child] as Due;
      index = child;
    }
    this.#heap[index] = last;
    return top;
  }
}
