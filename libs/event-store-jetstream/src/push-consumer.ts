import { type Msg, nuid, type Subscription } from '@nats-io/transport-node';
import { LogUnavailableError } from '#event-store';
import { asPortError } from './nats-errors.js';
import type { NatsLink } from './nats-link.js';
import { deliveryInfo, type RawMessage } from './stored-messages.js';

/** The server says so often that it is still there when it has nothing to deliver. */
const HEARTBEAT_MS = 250;
/** The server forgets a consumer that nobody listens to after so long. */
const FORGOTTEN_AFTER_MS = 5_000;
/** Making and deleting a consumer is answered within so long, or not at all. */
const ASK_MS = 1_000;
const NANOS_PER_MS = 1_000_000;

export interface Delivered extends RawMessage {
  /** The consumer's own number: 1, 2, 3, without holes unless one was lost. */
  readonly consumerSequence: number;
  /** Matching messages that come after this one. */
  readonly pending: number;
}

/** Why a consumer ended: nothing more comes from it, though the server may be well (`gap`) or not (the others). */
export type ConsumerEnd = 'gap' | 'silent' | 'disconnected' | 'refused';

export interface PushConsumerSettings {
  /** `true`: it ends instead of handing over a delivery that does not follow the last. `false`: the reader looks itself. */
  readonly endsAtGaps: boolean;
  /** More heartbeats than these missed in a row mean that the consumer is gone. */
  readonly missedMax: number;
}

export interface PushConsumerHandlers {
  /** Called once, before the first delivery: it exists. */
  onOpen(): void;
  onMessage(message: Delivered): void;
  /** The server waits for `answer()` before it sends much more: call it when all before it is dealt with. */
  onFlowControl(answer: () => void): void;
  /** Nothing is left to deliver now. */
  onIdle(): void;
  /** Called once. Whatever came before it was whole and in order. */
  onEnd(why: ConsumerEnd): void;
}

interface ConsumerAnswer {
  readonly num_pending: number;
  readonly delivered: { readonly consumer_seq: number };
}

/**
 * One short-lived consumer that pushes, and notices missing deliveries: each carries the consumer's own number, which has
 * no holes, and heartbeats name the last one sent. It ends at the first doubt and never mends itself.
 */
export class PushConsumer {
  readonly name = `follow-${nuid.next()}`;
  private subscription: Subscription | null = null;
  private deliveries = 0;
  private ticksSilent = 0;
  private opened = false;
  private ended = false;
  private timer: NodeJS.Timeout | undefined;
  private leave = (): void => undefined;

  constructor(
    private readonly link: NatsLink,
    private readonly stream: string,
    private readonly handlers: PushConsumerHandlers,
    private readonly settings: PushConsumerSettings,
  ) {}

  /** Answers whether there is nothing to deliver at the start. */
  async open(fromSequence: number, filters: readonly string[]): Promise<boolean> {
    const inbox = this.link.inbox();
    this.subscription = this.link.nc.subscribe(inbox, {
      callback: (error, message) => (error ? this.end('refused') : this.take(message)),
    });
    this.leave = this.link.onStatus((connected) => {
      if (!connected) this.end('disconnected');
    });
    const config = configOf({ name: this.name, inbox, fromSequence, filters });
    const answer = await this.link.api<ConsumerAnswer>(
      `CONSUMER.CREATE.${this.stream}.${this.name}`,
      { stream_name: this.stream, config },
      { timeoutMs: ASK_MS },
    );
    if (this.ended) return false;
    this.tellOpen();
    this.timer = setInterval(() => this.tick(), HEARTBEAT_MS);
    return answer.num_pending === 0 && answer.delivered.consumer_seq === 0;
  }

  isEnded(): boolean {
    return this.ended;
  }

  /** Nothing comes from it any more. The server is not told. */
  quiet(): void {
    this.ended = true;
    clearInterval(this.timer);
    this.leave();
    this.subscription?.unsubscribe();
  }

  /**
   * Deletes it on the server. A refusal means that it is gone, or that the server will have to forget it by itself.
   *
   * @throws when nobody answered: it may still be there.
   */
  async delete(): Promise<void> {
    const verb = `CONSUMER.DELETE.${this.stream}.${this.name}`;
    try {
      await this.link.api(verb, {}, { timeoutMs: ASK_MS });
    } catch (error) {
      const why = asPortError(error, verb, this.stream);
      if (why instanceof LogUnavailableError) throw why;
    }
  }

  private tellOpen(): void {
    if (this.opened) return;
    this.opened = true;
    this.handlers.onOpen();
  }

  private take(message: Msg): void {
    if (this.ended) return;
    this.ticksSilent = 0;
    if (message.headers?.code === 100) return this.control(message);
    if (message.headers?.code) return this.end('refused');
    this.deliver(message);
  }

  private deliver(message: Msg): void {
    const info = deliveryInfo(message.reply ?? '');
    const follows = info.deliverySeq === this.deliveries + 1;
    if (!follows && this.settings.endsAtGaps) return this.end('gap');
    this.deliveries = info.deliverySeq;
    this.tellOpen();
    this.handlers.onMessage({
      consumerSequence: info.deliverySeq,
      sequence: info.sequence,
      subject: message.subject,
      storedAtMs: info.storedAtMs,
      data: message.data,
      headers: message.headers,
      pending: info.pending,
    });
  }

  private control(message: Msg): void {
    if (message.reply) return this.handlers.onFlowControl(() => message.respond());
    const sent = Number(message.headers?.get('Nats-Last-Consumer') || this.deliveries);
    if (sent !== this.deliveries) return this.end('gap');
    const stalled = message.headers?.get('Nats-Consumer-Stalled');
    if (!stalled) return this.handlers.onIdle();
    this.handlers.onFlowControl(() => this.link.nc.publish(stalled));
  }

  /** Counts ticks, not time: a process that was busy must first look at what has come meanwhile. */
  private tick(): void {
    this.ticksSilent += 1;
    if (this.ticksSilent > this.settings.missedMax) this.end('silent');
  }

  private end(why: ConsumerEnd): void {
    if (this.ended) return;
    this.quiet();
    this.handlers.onEnd(why);
  }
}

interface Wanted {
  readonly name: string;
  readonly inbox: string;
  readonly fromSequence: number;
  readonly filters: readonly string[];
}

const configOf = (wanted: Wanted) => ({
  name: wanted.name,
  deliver_subject: wanted.inbox,
  deliver_policy: 'by_start_sequence',
  opt_start_seq: wanted.fromSequence,
  ack_policy: 'none',
  max_deliver: 1,
  replay_policy: 'instant',
  flow_control: true,
  idle_heartbeat: HEARTBEAT_MS * NANOS_PER_MS,
  inactive_threshold: FORGOTTEN_AFTER_MS * NANOS_PER_MS,
  mem_storage: true,
  num_replicas: 1,
  ...(wanted.filters.length > 0 ? { filter_subjects: wanted.filters } : {}),
});
