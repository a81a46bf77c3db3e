const WAIT_MS = { min: 50, max: 2_000 } as const;

/** Waits longer after each failure in a row, two seconds at most; can be woken. */
export class Backoff {
  private nextMs: number = WAIT_MS.min;
  private end: (() => void) | null = null;

  /** The next wait. */
  async wait(): Promise<void> {
    const ms = this.nextMs;
    this.nextMs = Math.min(ms * 2, WAIT_MS.max);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.end = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Until woken. */
  async sleep(): Promise<void> {
    await new Promise<void>((resolve) => (this.end = resolve));
  }

  reset(): void {
    this.nextMs = WAIT_MS.min;
  }

  wake(): void {
    this.end?.();
    this.end = null;
  }
}
