import type { EventCodec } from '#contracts';
import type { FollowOptions } from '#event-store';
import type { Delivered } from './push-consumer.js';
import { storedOf } from './stored-messages.js';

const BATCH_MAX = 500;

type Waiting = { readonly message: Delivered } | { readonly answerFlow: () => void };

/**
 * Hands messages over in batches, one batch at a time, in the order they came. What waits here is bounded by the
 * server's flow control: it sends on only when an answer to it comes out at this end.
 */
export class HandOver<E> {
  private waiting: Waiting[] = [];
  private busy = false;
  private scheduled = false;
  private ended = false;

  constructor(
    private readonly codec: EventCodec<E>,
    private readonly options: FollowOptions<E>,
    private readonly after: {
      handedOver(last: Delivered): void;
      failed(error: unknown): void;
    },
  ) {}

  add(item: Waiting): void {
    this.waiting.push(item);
    this.schedule();
  }

  /** `true` when nothing waits and no handler runs. */
  empty(): boolean {
    return this.waiting.length === 0 && !this.busy;
  }

  end(): void {
    this.ended = true;
    this.waiting = [];
  }

  /** A microtask later all that one packet brought is here, and goes over as one batch. */
  private schedule(): void {
    if (this.scheduled || this.busy) return;
    this.scheduled = true;
    queueMicrotask(() => {
      this.scheduled = false;
      void this.run();
    });
  }

  private async run(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    try {
      while (this.waiting.length > 0) {
        const running = this.next();
        if (running) await running;
      }
    } catch (error) {
      this.end();
      this.after.failed(error);
    } finally {
      this.busy = false;
    }
  }

  private next(): Promise<void> | void {
    const first = this.waiting[0];
    if (first && 'answerFlow' in first) {
      this.waiting.shift();
      return first.answerFlow();
    }
    const batch = this.takeBatch();
    const last = batch.at(-1) as Delivered;
    const events = batch.map((message) => storedOf(message, this.codec));
    const running = this.options.onEvents(events);
    if (!running) return this.handedOver(last);
    return running.then(() => this.handedOver(last));
  }

  private takeBatch(): Delivered[] {
    const most = this.options.batchMax ?? BATCH_MAX;
    const batch: Delivered[] = [];
    for (const item of this.waiting) {
      if (!('message' in item) || batch.length === most) break;
      batch.push(item.message);
    }
    this.waiting.splice(0, batch.length);
    return batch;
  }

  private handedOver(last: Delivered): void {
    if (!this.ended) this.after.handedOver(last);
  }
}
