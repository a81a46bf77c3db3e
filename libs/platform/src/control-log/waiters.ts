interface Waiter {
  readonly sequence: number;
  settle(reached: boolean): void;
}

/** Those who wait for the fold to reach a sequence. */
export class Waiters {
  private readonly waiting = new Set<Waiter>();

  /** `true` once reached, `false` when the time is over. */
  wait(sequence: number, timeoutMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const waiter: Waiter = {
        sequence,
        settle: (reached) => {
          clearTimeout(timer);
          this.waiting.delete(waiter);
          resolve(reached);
        },
      };
      const timer = setTimeout(() => waiter.settle(false), timeoutMs);
      this.waiting.add(waiter);
    });
  }

  reached(position: number): void {
    for (const waiter of this.waiting) if (waiter.sequence <= position) waiter.settle(true);
  }

  giveUp(): void {
    for (const waiter of this.waiting) waiter.settle(false);
  }
}
