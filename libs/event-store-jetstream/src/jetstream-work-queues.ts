import type { EventCodec } from '#contracts';
import type { WorkQueue, WorkQueueOptions, WorkQueues } from '#event-store';
import { JetStreamWorkQueue } from './jetstream-work-queue.js';
import { asPortError, isNobodyThere } from './nats-errors.js';
import type { NatsLink } from './nats-link.js';

const NAME = /^[a-z0-9_~-]{1,200}$/;
const TOKEN = /^\$JS\.ACK\.[^\s*>]+$/;
const NANOS_PER_MS = 1_000_000;

/** {@link WorkQueues} on durable pull consumers with explicit acknowledgement. */
export class JetStreamWorkQueues<E> implements WorkQueues<E> {
  constructor(
    private readonly link: NatsLink,
    private readonly stream: string,
    private readonly codec: EventCodec<E>,
  ) {}

  async open(options: WorkQueueOptions): Promise<WorkQueue<E>> {
    if (!NAME.test(options.name)) {
      throw new TypeError(`the queue name "${options.name}" must be 1-200 of a-z 0-9 - _ ~`);
    }
    const queue = new JetStreamWorkQueue(this.link, this.stream, this.codec, options);
    await queue.ensure();
    return queue;
  }

  async settle(token: string, how: 'done' | 'inHand' | { againAfterMs: number }): Promise<void> {
    if (!TOKEN.test(token)) throw new TypeError(`not a work token: ${token}`);
    try {
      await this.link.request(token, acknowledgement(how));
    } catch (error) {
      // The queue is gone, and the item with it.
      if (isNobodyThere(error)) return;
      throw asPortError(error, 'settle work', token);
    }
  }
}

const acknowledgement = (how: 'done' | 'inHand' | { againAfterMs: number }): string => {
  if (how === 'done') return '+ACK';
  if (how === 'inHand') return '+WPI';
  if (how.againAfterMs <= 0) return '-NAK';
  return `-NAK ${JSON.stringify({ delay: Math.round(how.againAfterMs * NANOS_PER_MS) })}`;
};
