const WAIT_MS = { min: 100, max: 5_000 } as const;

/** Waits longer after each failure in a row; can be ended. */
export class Pause {
  private nextMs: number = WAIT_MS.min;
  private resolve: () => void = () => undefined;

  async wait(): Promise<void> {
    const ms = this.nextMs;
    this.nextMs = Math.min(ms * 2, WAIT_MS.max);
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.resolve = resolve;
      timer = setTimeout(resolve, ms);
    });
    clearTimeout(timer);
  }

  reset(): void {
    this.nextMs = WAIT_MS.min;
  }

  end(): void {
    this.resolve();
  }
}
