import type { Address, WorkEvent } from '#contracts';
import type { WorkItem, WorkQueue } from '#event-store';
import type { Clock } from '#platform';
import type { AgentStream } from '../streams/agent-stream.js';
import type { Delivery, DeliveryOutcome } from './delivery.js';

export interface DeliveryStreamOptions {
  readonly stream: AgentStream;
  readonly agent: Address;
  readonly queue: WorkQueue<WorkEvent>;
  readonly delivery: Delivery;
  readonly clock: Clock;
  /** `null`: stays open. */
  readonly waitSeconds: number | null;
  /** Gives an item back that was taken for nobody. */
  putBack(token: string): void;
}

/** Unanswered intents that one stream may have; the next ones wait for an answer. */
const UNANSWERED_MAX = 256;
/** Few at a time, so that instances that listen together share a backlog. */
const TAKE_MAX = 4;
const WAIT_MS = 30_000;
const ROOM_CHECK_MS = 1000;
/** A batch is over when nothing came for so long. */
const QUIET_MS = 50;

/** Pumps a queue into one open stream until either ends. */
export class DeliveryStream {
  private unanswered = 0;
  private sent = 0;
  private roomMade: (() => void) | null = null;
  private readonly endMs: number | null;

  constructor(private readonly options: DeliveryStreamOptions) {
    const { waitSeconds, clock } = options;
    this.endMs = waitSeconds === null ? null : clock.monotonicMs() + waitSeconds * 1000;
  }

  /** Resolves when the stream is over. @throws LogUnavailableError and the like */
  async run(): Promise<void> {
    const { stream, queue } = this.options;
    while (!stream.closed.aborted) {
      await stream.flowing();
      const waitMs = this.waitMs();
      if (waitMs <= 0) return this.endWaiting();
      const room = UNANSWERED_MAX - this.unanswered;
      if (room <= 0) {
        if (this.endMs !== null) return stream.close();
        await this.room();
        continue;
      }
      const items = await queue.take(Math.min(TAKE_MAX, room), waitMs, stream.moving);
      if (items.length === 0 && this.endMs !== null && this.sent > 0) return stream.close();
      await this.handAll(items);
    }
  }

  /** With a time to wait: until then for the first, and only the quiet time after that. */
  private waitMs(): number {
    if (this.endMs === null) return WAIT_MS;
    return this.sent > 0 ? QUIET_MS : this.endMs - this.options.clock.monotonicMs();
  }

  private endWaiting(): void {
    this.options.stream.event('stream.timeout', {});
    this.options.stream.close();
  }

  private async handAll(items: readonly WorkItem<WorkEvent>[]): Promise<void> {
    const { stream, putBack } = this.options;
    for (const [index, item] of items.entries()) {
      if (stream.moving.aborted) return items.slice(index).forEach(({ token }) => putBack(token));
      try {
        await this.hand(item);
      } catch (error) {
        items.slice(index).forEach(({ token }) => putBack(token));
        throw error;
      }
    }
    await stream.drained();
  }

  private async hand(item: WorkItem<WorkEvent>): Promise<void> {
    const { stream, agent, delivery } = this.options;
    this.unanswered += 1;
    const outcome: DeliveryOutcome = await delivery.hand(item, {
      agent,
      send: (wire, seq) => stream.event('intent.delivered', wire, seq),
      destroy: () => stream.destroy(),
      free: () => this.free(),
    });
    if (outcome === 'delivered') this.sent += 1;
    else this.free();
  }

  private free(): void {
    this.unanswered -= 1;
    this.roomMade?.();
  }

  private room(): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.roomMade = null;
        resolve();
      };
      const timer = setTimeout(done, ROOM_CHECK_MS);
      this.roomMade = done;
      this.options.stream.closed.addEventListener('abort', done, { once: true });
    });
  }
}
