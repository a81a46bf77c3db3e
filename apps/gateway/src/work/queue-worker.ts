import type { WorkEvent } from '#contracts';
import type { WorkItem, WorkQueue, WorkQueueOptions, WorkQueues } from '#event-store';
import type { Logger } from '#platform';

export interface QueueWorkerOptions {
  readonly queues: WorkQueues<WorkEvent>;
  readonly queue: WorkQueueOptions;
  readonly log: Logger;
  /** Whether anything may be done at this very moment. */
  mayWork(): boolean;
  /** Settles the item itself. What it throws is logged, and the item comes again. */
  work(item: WorkItem<WorkEvent>): Promise<void>;
}

const TAKE_MAX = 16;
const WAIT_MS = 30_000;
const AFTER_ERROR_MS = 1000;

/** Works off a queue that all gateways share, until it is stopped. It is held at first: nothing is taken before `release`. */
export class QueueWorker {
  private readonly stopping = new AbortController();
  private taking = new AbortController();
  private isHeld = true;
  private wake: () => void = () => undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(private readonly options: QueueWorkerOptions) {}

  start(): void {
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    this.hold();
    this.wake();
    await this.running;
  }

  /** Takes nothing any more; what comes in meanwhile is put back. */
  hold(): void {
    this.isHeld = true;
    this.taking.abort();
  }

  release(): void {
    if (!this.isHeld || this.stopping.signal.aborted) return;
    this.isHeld = false;
    this.taking = new AbortController();
    this.wake();
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    let queue: WorkQueue<WorkEvent> | null = null;
    while (!signal.aborted) {
      if (this.isHeld) {
        await new Promise<void>((resolve) => (this.wake = resolve));
        continue;
      }
      try {
        queue ??= await this.options.queues.open(this.options.queue);
        const items = await queue.take(TAKE_MAX, WAIT_MS, this.taking.signal);
        for (const item of items) await this.workOne(item);
      } catch (error) {
        this.options.log.warn(
          { err: error, queue: this.options.queue.name },
          'cannot take work now',
        );
        await this.pause();
      }
    }
  }

  private async workOne(item: WorkItem<WorkEvent>): Promise<void> {
    const { queues, log, queue, work } = this.options;
    try {
      const isOver = this.taking.signal.aborted || !this.options.mayWork();
      if (isOver) return await queues.settle(item.token, { againAfterMs: 0 });
      await work(item);
    } catch (error) {
      log.warn({ err: error, queue: queue.name, subject: item.stored.subject }, 'work comes again');
      await queues.settle(item.token, { againAfterMs: AFTER_ERROR_MS }).catch(() => undefined);
    }
  }

  private pause(): Promise<void> {
    const { signal } = this.stopping;
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, AFTER_ERROR_MS);
      signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
    });
  }
}
