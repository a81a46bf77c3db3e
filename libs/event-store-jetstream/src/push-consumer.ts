import { createInbox, type Msg, nuid, type Subscription } from '@nats-io/transport-node';
import { ServerRefusal } from './nats-errors.js';
import type { NatsLink } from './nats-link.js';
import { deliveryInfo, type RawMessage } from './stored-messages.js';

/** The server says so often that it is still there when it has nothing to deliver. */
const HEARTBEAT_MS = 250;
/** So many heartbeats missed in a row mean that the consumer is gone. */
const MISSED_MAX = 4;
/** The server forgets a consumer that nobody listens to after so long. */
const FORGOTTEN_AFTER_MS = 5_000;
/** Making and deleting a consumer is answered within so long, or not at all. */
const ASK_MS = 1_000;
const NANOS_PER_MS = 1_000_000;

export interface Delivered extends RawMessage {
  /** Matching messages that come after this one. */
  readonly pending: number;
}

/** Why a consumer ended: nothing more comes from it, though the server may be well (`gap`) or not (the others). */
export type ConsumerEnd = 'gap' | 'silent' | 'disconnected' | 'refused';

export interface PushConsumerHandlers {
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
 * One short-lived consumer that pushes, and checks that no delivery is missing: each carries the consumer's own number,
 * which has no holes, and heartbeats name the last one sent. It ends at the first doubt and never mends itself.
 */
export class PushConsumer {
  readonly name = `follow-${nuid.next()}`;
  private subscription: Subscription | null = null;
  private deliveries = 0;
  private ticksSilent = 0;
  private ended = false;
  private timer: NodeJS.Timeout | undefined;
  private leave = (): void => undefined;

  constructor(
    private readonly link: NatsLink,
    private readonly stream: string,
    private readonly handlers: PushConsumerHandlers,
  ) {}

  /** Answers whether there is nothing to deliver at the start. */
  async open(fromSequence: number, filters: readonly string[]): Promise<boolean> {
    const inbox = createInbox();
    this.subscription = this.link.nc.subscribe(inbox, {
      callback: (error, message) => (error ? this.end('refused') : this.take(message)),
    });
    this.leave = this.link.onStatus((connected) => {
      if (!connected) this.end('disconnected');
    });
    const answer = await this.link.api<ConsumerAnswer>(
      `CONSUMER.CREATE.${this.stream}.${this.name}`,
      { stream_name: this.stream, config: configOf(this.name, inbox, fromSequence, filters) },
      { timeoutMs: ASK_MS },
    );
    this.timer = setInterval(() => this.tick(), HEARTBEAT_MS);
    return answer.num_pending === 0 && answer.delivered.consumer_seq === 0;
  }

  /** Ends it here and on the server. Never rejects: what cannot be deleted is forgotten by the server. */
  async close(): Promise<void> {
    this.quiet();
    try {
      await this.link.api(`CONSUMER.DELETE.${this.stream}.${this.name}`, {}, { timeoutMs: ASK_MS });
    } catch (error) {
      if (!(error instanceof ServerRefusal)) return;
    }
  }

  private take(message: Msg): void {
    if (this.ended) return;
    this.ticksSilent = 0;
    if (message.headers?.code === 100) return this.control(message);
    if (message.headers?.code) return this.end('refused');
    const info = deliveryInfo(message.reply ?? '');
    if (info.deliverySeq !== this.deliveries + 1) return this.end('gap');
    this.deliveries = info.deliverySeq;
    this.handlers.onMessage({
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
    if (this.ticksSilent > MISSED_MAX) this.end('silent');
  }

  private end(why: ConsumerEnd): void {
    if (this.ended) return;
    this.quiet();
    this.handlers.onEnd(why);
  }

  private quiet(): void {
    this.ended = true;
    clearInterval(this.timer);
    this.leave();
    this.subscription?.unsubscribe();
  }
}

const configOf = (
  name: string,
  inbox: string,
  fromSequence: number,
  filters: readonly string[],
) => ({
  name,
  deliver_subject: inbox,
  deliver_policy: 'by_start_sequence',
  opt_start_seq: fromSequence,
  ack_policy: 'none',
  max_deliver: 1,
  replay_policy: 'instant',
  flow_control: true,
  idle_heartbeat: HEARTBEAT_MS * NANOS_PER_MS,
  inactive_threshold: FORGOTTEN_AFTER_MS * NANOS_PER_MS,
  mem_storage: true,
  num_replicas: 1,
  ...(filters.length > 0 ? { filter_subjects: filters } : {}),
});
