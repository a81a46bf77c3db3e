import type { NodeInput } from '#domain';

/** Whether it can change how an order stands: to look costs with every gateway, and renewals come with every gateway, too. */
export const mayEndAWait = (input: NodeInput): boolean =>
  input.kind !== 'renewal' || input.renewal.applied.length > 0;

/** Those who wait until something is so: asked again whenever it may have become so. */
export class Waiters {
  private readonly waiting = new Set<() => void>();

  get size(): number {
    return this.waiting.size;
  }

  check(): void {
    for (const check of this.waiting) check();
  }

  /** Resolves when `reached` says so, or after the time, which may be infinite. Never rejects. */
  until(reached: () => boolean, timeoutMs: number): Promise<void> {
    if (timeoutMs <= 0 || reached()) return Promise.resolve();
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        this.waiting.delete(check);
        resolve();
      };
      const check = (): void => {
        if (reached()) end();
      };
      const timer = timeoutMs === Infinity ? undefined : setTimeout(end, timeoutMs);
      this.waiting.add(check);
    });
  }
}
