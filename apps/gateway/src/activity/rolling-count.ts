const SLOTS = 60;

/** A count over the last sixty steps, the running one included. Takes the same room however much is counted. */
export class RollingCount {
  private readonly counts = new Uint32Array(SLOTS);
  /** Which step a slot holds the count of. */
  private readonly steps = new Uint32Array(SLOTS);

  constructor(private readonly stepMs: number) {}

  add(atMs: number, count: number): void {
    const step = this.stepOf(atMs);
    const slot = step % SLOTS;
    const held = this.steps[slot] ?? 0;
    if (held > step) return;
    this.counts[slot] = count + (held === step ? (this.counts[slot] ?? 0) : 0);
    this.steps[slot] = step;
  }

  sum(nowMs: number): number {
    const now = this.stepOf(nowMs);
    let sum = 0;
    for (let slot = 0; slot < SLOTS; slot += 1) {
      const step = this.steps[slot] ?? 0;
      if (step > now - SLOTS && step <= now) sum += this.counts[slot] ?? 0;
    }
    return sum;
  }

  private stepOf(atMs: number): number {
    return Math.floor(atMs / this.stepMs);
  }
}
