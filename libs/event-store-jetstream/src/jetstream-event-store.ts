import type { EventCodec } from '#contracts';
import type {
  Appended,
  AppendRequest,
  EventPage,
  EventStore,
  Following,
  FollowOptions,
  Sending,
  Stored,
} from '#event-store';
import { Follower } from './follower.js';
import { appendBatch, appendOne, type Appending, outgoing, type Outgoing } from './log-append.js';
import { purgeSubject, readAll, readLastSequence, readOne, readPage } from './log-reading.js';
import { asPortError } from './nats-errors.js';
import type { NatsLink } from './nats-link.js';
import { type RawMessage, storedOf } from './stored-messages.js';

export interface StoreSettings<E> {
  readonly codec: EventCodec<E>;
  /** Only these subjects hold events; `null` when all of the stream's do. */
  readonly events: string | null;
}

/** {@link EventStore} over one JetStream stream. */
export class JetStreamEventStore<E extends { readonly id: string }> implements EventStore<E> {
  private readonly codec: EventCodec<E>;
  private readonly events: string | null;

  constructor(
    private readonly link: NatsLink,
    private readonly stream: string,
    { codec, events }: StoreSettings<E>,
  ) {
    this.codec = codec;
    this.events = events;
  }

  async append(request: AppendRequest<E>, sending?: Sending): Promise<Appended> {
    return this.traced(request.subject, 1, () =>
      appendOne(this.link, this.outgoing(request), this.appending(sending)),
    );
  }

  async appendAll(requests: readonly AppendRequest<E>[], sending?: Sending): Promise<Appended> {
    return this.traced(requests.at(-1)?.subject ?? '', requests.length, () => {
      const messages = requests.map((request) => this.outgoing(request));
      return appendBatch(this.link, messages, this.appending(sending));
    });
  }

  read(filter: string, fromSequence = 1): Promise<Stored<E>[]> {
    return this.asking(`read ${filter}`, async () => {
      const found = await readAll(this.link, this.stream, filter, fromSequence);
      return found.map((raw) => storedOf(raw, this.codec));
    });
  }

  readPage(filter: string, fromSequence: number): Promise<EventPage<E>> {
    return this.asking(`read ${filter}`, async () => {
      const { messages, next } = await readPage(this.link, this.stream, filter, fromSequence);
      return { events: messages.map((raw) => storedOf(raw, this.codec)), next };
    });
  }

  first(filter: string): Promise<Stored<E> | null> {
    return this.one({ next_by_subj: filter, seq: 1 }, filter);
  }

  last(filter: string): Promise<Stored<E> | null> {
    return this.one({ last_by_subj: filter }, filter);
  }

  lastSequence(): Promise<number> {
    return this.asking(`read the end of ${this.stream}`, async () => {
      if (this.events === null) return readLastSequence(this.link, this.stream);
      const last = await readOne(this.link, this.stream, { last_by_subj: this.events });
      return last?.sequence ?? 0;
    });
  }

  forget(subject: string): Promise<void> {
    return this.asking(`forget ${subject}`, () => purgeSubject(this.link, this.stream, subject));
  }

  follow(options: FollowOptions<E>): Following {
    const filters = options.filters ?? (this.events === null ? [] : [this.events]);
    return new Follower(this.link, this.stream, this.codec, { ...options, filters });
  }

  private async traced(
    subject: string,
    events: number,
    append: () => Promise<Appended>,
  ): Promise<Appended> {
    const { trace } = this.link.settings;
    if (trace === null) return append();
    const attributes = {
      'messaging.system': 'nats',
      'messaging.destination.name': subject,
      'messaging.batch.message_count': events,
    };
    return trace.span(`append to ${this.stream}`, attributes, append);
  }

  private appending(sending: Sending | undefined): Appending {
    return { sending, findStored: (message) => this.sequenceOf(message) };
  }

  private outgoing(request: AppendRequest<E>): Outgoing {
    return outgoing(this.link, this.stream, this.codec, request);
  }

  /** Where a message of this id stands on its subject, if it does. */
  private async sequenceOf(message: Outgoing): Promise<number | null> {
    const id = message.headers.get('Nats-Msg-Id');
    const found = await readAll(this.link, this.stream, message.subject, 1);
    const same = (raw: RawMessage): boolean => raw.headers?.get('Nats-Msg-Id') === id;
    return found.find(same)?.sequence ?? null;
  }

  private one(
    query: { last_by_subj: string } | { next_by_subj: string; seq: number },
    filter: string,
  ): Promise<Stored<E> | null> {
    return this.asking(`look up ${filter}`, async () => {
      const raw = await readOne(this.link, this.stream, query);
      return raw && storedOf(raw, this.codec);
    });
  }

  private async asking<T>(doing: string, ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      throw asPortError(error, doing, this.stream);
    }
  }
}
