import type { Following, FollowOptions, Stored } from './event-store.port.js';
import { FollowingEndedError } from './log-errors.js';

const BATCH_MAX = 500;

/** The following of the in-memory store, given what matches its filters: hands over in later turns, one batch at a time, as a real one would. */
export class InMemoryFollowing<E> implements Following {
  readonly caughtUp: Promise<void>;
  readonly failed: Promise<never>;
  private reachCaughtUp!: () => void;
  private endCaughtUp!: (why: unknown) => void;
  private fail!: (why: unknown) => void;
  private waiting: Stored<E>[] = [];
  private target: number;
  private busy = false;
  private ended = false;
  private up: boolean | null = null;

  constructor(
    private readonly options: FollowOptions<E>,
    there: readonly Stored<E>[],
    private readonly left: () => void,
  ) {
    this.caughtUp = new Promise((resolve, reject) => {
      this.reachCaughtUp = resolve;
      this.endCaughtUp = reject;
    });
    this.failed = new Promise((_, reject) => (this.fail = reject));
    // Whoever does not look at these must not fail for it.
    this.caughtUp.catch(() => undefined);
    this.failed.catch(() => undefined);
    this.waiting = [...there];
    this.target = this.waiting.at(-1)?.sequence ?? 0;
  }

  add(events: readonly Stored<E>[]): void {
    this.waiting.push(...events);
    this.schedule();
  }

  connected(up: boolean): void {
    if (this.ended || this.up === up) return;
    this.up = up;
    this.options.onConnected?.(up);
    this.schedule();
  }

  async stop(): Promise<void> {
    this.end(new FollowingEndedError());
  }

  private schedule(): void {
    if (this.busy || !this.up) return;
    this.busy = true;
    queueMicrotask(() => void this.run());
  }

  private async run(): Promise<void> {
    try {
      if (this.target === 0) this.reachCaughtUp();
      while (this.up && !this.ended && this.waiting.length > 0) await this.handOver();
    } catch (error) {
      this.fail(error);
      this.end(new FollowingEndedError({ cause: error }));
    } finally {
      this.busy = false;
    }
  }

  private async handOver(): Promise<void> {
    const batch = this.waiting.splice(0, this.options.batchMax ?? BATCH_MAX);
    await this.options.onEvents(batch);
    if ((batch.at(-1)?.sequence ?? 0) >= this.target) this.reachCaughtUp();
  }

  private end(why: FollowingEndedError): void {
    this.ended = true;
    this.waiting = [];
    this.endCaughtUp(why);
    this.left();
  }
}
