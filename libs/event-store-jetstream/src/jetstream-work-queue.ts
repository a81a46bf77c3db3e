import type { EventCodec } from '#contracts';
import type { WorkItem, WorkQueue, WorkQueueOptions } from '#event-store';
import { asPortError, ConnectionLostError, ServerRefusal } from './nats-errors.js';
import type { NatsLink } from './nats-link.js';
import { type Pulled, pullOnce } from './pull-request.js';
import { deliveryInfo, storedOf } from './stored-messages.js';

const VISIBILITY_MS = 90_000;
/** One request to the server lasts at most so long, so that a lost one is noticed. */
const PULL_MS_MAX = 2_000;
const NANOS_PER_MS = 1_000_000;

/** {@link WorkQueue} on one durable consumer, shared by all processes that open it under the same name. */
export class JetStreamWorkQueue<E> implements WorkQueue<E> {
  constructor(
    private readonly link: NatsLink,
    private readonly stream: string,
    private readonly codec: EventCodec<E>,
    private readonly options: WorkQueueOptions,
  ) {}

  /** Makes the consumer unless it is there; one that is there keeps its place and its unsettled work. */
  async ensure(): Promise<void> {
    const { name, filter, visibilityMs } = this.options;
    try {
      await this.link.api(`CONSUMER.CREATE.${this.stream}.${name}.${filter}`, {
        stream_name: this.stream,
        config: {
          name,
          durable_name: name,
          filter_subject: filter,
          deliver_policy: 'all',
          ack_policy: 'explicit',
          ack_wait: (visibilityMs ?? VISIBILITY_MS) * NANOS_PER_MS,
          max_deliver: -1,
          max_ack_pending: -1,
          replay_policy: 'instant',
        },
      });
    } catch (error) {
      throw asPortError(error, `open the queue ${name}`, filter);
    }
  }

  async take(max: number, waitMs: number, signal?: AbortSignal): Promise<WorkItem<E>[]> {
    const endMs = performance.now() + waitMs;
    for (;;) {
      const leftMs = endMs - performance.now();
      if (signal?.aborted || !(await this.link.whenConnected(leftMs, signal))) return [];
      const pulled = await this.pull(max, Math.min(PULL_MS_MAX, Math.max(1, leftMs)), signal);
      if (pulled.messages.length > 0) return pulled.messages.map((raw) => this.itemOf(raw));
      if (pulled.consumerGone) await this.ensure();
      if (performance.now() >= endMs) return [];
    }
  }

  async backlog(): Promise<{ waiting: number; inHand: number }> {
    try {
      const info = await this.link.api<{ num_pending: number; num_ack_pending: number }>(
        `CONSUMER.INFO.${this.stream}.${this.options.name}`,
        {},
      );
      return { waiting: info.num_pending, inHand: info.num_ack_pending };
    } catch (error) {
      if (error instanceof ServerRefusal && error.notFound) return { waiting: 0, inHand: 0 };
      throw asPortError(error, `count the queue ${this.options.name}`, this.options.filter);
    }
  }

  private async pull(max: number, waitMs: number, signal?: AbortSignal): Promise<Pulled> {
    const verb = `CONSUMER.MSG.NEXT.${this.stream}.${this.options.name}`;
    try {
      return await pullOnce(this.link, this.link.apiSubject(verb), { max, waitMs, signal });
    } catch (error) {
      if (error instanceof ConnectionLostError) return { messages: [], consumerGone: false };
      throw asPortError(error, `take from ${this.options.name}`, this.options.filter);
    }
  }

  private itemOf(message: Pulled['messages'][number]): WorkItem<E> {
    const info = deliveryInfo(message.reply ?? '');
    return {
      stored: storedOf(
        {
          sequence: info.sequence,
          subject: message.subject,
          storedAtMs: info.storedAtMs,
          data: message.data,
          headers: message.headers,
        },
        this.codec,
      ),
      deliverySeq: info.deliverySeq,
      deliveryCount: info.deliveryCount,
      token: message.reply ?? '',
    };
  }
}
