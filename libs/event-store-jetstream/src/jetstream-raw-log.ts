import type { Appended, RawAppend, RawFollowing, RawLog, RawReader } from '#event-store';
import { ConsumerLoop } from './consumer-loop.js';
import { readLastSequence } from './log-reading.js';
import type { NatsLink } from './nats-link.js';
import type { Delivered } from './push-consumer.js';
import { appendRaw } from './raw-append.js';
import { traceOf } from './stored-messages.js';

/** A consumer that misses the fourth heartbeat in a row is silent for a second. */
const SETTINGS = { endsAtGaps: false, missedMax: 3 } as const;

/** A question to a stream without a leader may never be answered: it is asked again after so long. */
const ASK_MS = 1_000;
const utf8 = new TextDecoder();

/** {@link RawLog} over one JetStream stream. */
export class JetStreamRawLog implements RawLog {
  constructor(
    private readonly link: NatsLink,
    private readonly stream: string,
  ) {}

  follow(reader: RawReader): RawFollowing {
    return new ConsumerLoop(this.link, this.stream, {
      filters: reader.filters,
      settings: SETTINGS,
      from: () => this.fromOf(reader),
      onOpen: (consumer, from) => reader.onSubscribed(consumer, from),
      onMessage: (message, consumer) => deliver(reader, message, consumer),
      // The reader is synchronous: what came before is dealt with.
      onFlowControl: (answer) => answer(),
      onIdle: () => reader.onIdle?.(),
      onConnected: (connected) => reader.onConnected?.(connected),
    });
  }

  append(request: RawAppend): Promise<Appended> {
    const append = (): Promise<Appended> => appendRaw(this.link, this.stream, request);
    const { trace } = this.link.settings;
    if (trace === null) return append();
    const attributes = {
      'messaging.system': 'nats',
      'messaging.destination.name': request.subject,
    };
    return trace.span(`append to ${this.stream}`, attributes, append);
  }

  private async fromOf(reader: RawReader): Promise<number> {
    const last = await readLastSequence(this.link, this.stream, ASK_MS);
    const from = reader.from();
    if (last < from - 1) throw new Error('the stream reads short');
    return from;
  }
}

const deliver = (reader: RawReader, message: Delivered, consumer: string): void =>
  reader.onDelivery({
    consumer,
    consumerSequence: message.consumerSequence,
    pending: message.pending,
    sequence: message.sequence,
    subject: message.subject,
    storedAtMs: message.storedAtMs,
    text: utf8.decode(message.data),
    bytes: message.data.byteLength,
    trace: traceOf(message.headers),
  });
