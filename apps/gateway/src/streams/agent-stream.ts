import type { Sse } from '#platform';

/** The fence's own timer runs this often; until it has, somebody who finds the lease over waits by the clock. */
const AGAIN_MS = 10;

/** An open event stream with traffic of agents on it: nothing moves on it while this gateway is fenced. */
export class AgentStream {
  private isHeld = false;
  private mover = new AbortController();
  private readonly waiting = new Set<() => void>();

  /** @param mayMove whether something may be sent at this very moment */
  constructor(
    private readonly sse: Sse,
    private readonly mayMove: () => boolean,
  ) {
    sse.closed.addEventListener('abort', () => this.wake(), { once: true });
  }

  get closed(): AbortSignal {
    return this.sse.closed;
  }

  /** Aborted when the stream is held or over; a new one after each hold. */
  get moving(): AbortSignal {
    return this.mover.signal;
  }

  /** To be called at the moment that the gate allows. `false` when nobody can be reached any more. */
  event(name: string, data: unknown, id?: string | number): boolean {
    return this.sse.event(name, data, id);
  }

  /** Says something about the stream itself; nothing while it is held. */
  comment(text: string): void {
    if (!this.isHeld) this.sse.comment(text);
  }

  close(): void {
    this.sse.close();
  }

  destroy(): void {
    this.sse.destroy();
  }

  drained(): Promise<void> {
    return this.sse.drained();
  }

  hold(): void {
    if (this.isHeld) return;
    this.isHeld = true;
    this.mover.abort();
  }

  release(): void {
    if (!this.isHeld || this.closed.aborted) return;
    this.isHeld = false;
    this.mover = new AbortController();
    this.wake();
  }

  /** Resolves when something may be sent, or the stream is over. */
  async flowing(): Promise<void> {
    while (!this.closed.aborted && (this.isHeld || !this.mayMove())) await this.turn();
  }

  private turn(): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.waiting.delete(done);
        resolve();
      };
      const timer = this.isHeld ? undefined : setTimeout(done, AGAIN_MS);
      this.waiting.add(done);
    });
  }

  private wake(): void {
    if (this.closed.aborted) this.mover.abort();
    for (const done of this.waiting) done();
  }
}
