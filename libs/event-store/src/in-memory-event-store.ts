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
} from './event-store.port.js';
import { InMemoryFollowing } from './in-memory-following.js';
import { InMemoryStream, type KeptMessage, type NewMessage } from './in-memory-stream.js';
import { subjectMatches } from './subject-filter.js';

const PAGE = 500;
const atOnce: Sending = (send) => send();

export interface InMemoryOptions<E> {
  readonly codec: EventCodec<E>;
  /** The clock; a spec drives it. @default always 0 */
  readonly nowMs?: () => number;
  /** To share it with an {@link InMemoryRawLog}; it brings its own clock. @default a fresh one */
  readonly stream?: InMemoryStream;
  /** Only these subjects hold events, where the stream holds more than that. @default all do */
  readonly events?: string;
}

/**
 * {@link EventStore} in memory, for specs: the same promises, and a switch that takes the stream's leader away. Events go
 * through the codec as they would through a server, so a test sees what a reader would see.
 */
export class InMemoryEventStore<E extends { readonly id: string }> implements EventStore<E> {
  private readonly codec: EventCodec<E>;
  private readonly stream: InMemoryStream;
  private readonly events: string | null;

  constructor({ codec, nowMs, stream, events }: InMemoryOptions<E>) {
    this.codec = codec;
    this.stream = stream ?? new InMemoryStream(nowMs);
    this.events = events ?? null;
  }

  /** `false`: everything rejects with {@link LogUnavailableError}, and followers wait, until it is `true` again. */
  setAvailable(available: boolean): void {
    this.stream.setAvailable(available);
  }

  async append(request: AppendRequest<E>, sending?: Sending): Promise<Appended> {
    return this.appendAll([request], sending);
  }

  async appendAll(
    requests: readonly AppendRequest<E>[],
    sending: Sending = atOnce,
  ): Promise<Appended> {
    return sending(() => this.stream.append(requests.map((request) => this.messageOf(request))));
  }

  async read(filter: string, fromSequence = 1): Promise<Stored<E>[]> {
    const found = this.stream.matching(filter);
    return found
      .filter(({ sequence }) => sequence >= fromSequence)
      .map((message) => this.storedOf(message));
  }

  async readPage(filter: string, fromSequence: number): Promise<EventPage<E>> {
    const found = await this.read(filter, fromSequence);
    const events = found.slice(0, PAGE);
    const last = events.at(-1);
    return { events, next: last && found.length > PAGE ? last.sequence + 1 : null };
  }

  async first(filter: string): Promise<Stored<E> | null> {
    return this.oneOf(this.stream.matching(filter)[0]);
  }

  async last(filter: string): Promise<Stored<E> | null> {
    return this.oneOf(this.stream.matching(filter).at(-1));
  }

  async lastSequence(): Promise<number> {
    if (this.events === null) return this.stream.lastSequence();
    return this.stream.matching(this.events).at(-1)?.sequence ?? 0;
  }

  async forget(subject: string): Promise<void> {
    this.stream.forget(subject);
  }

  follow(options: FollowOptions<E>): Following {
    const filters = options.filters ?? (this.events === null ? [] : [this.events]);
    const wanted = ({ sequence, subject }: KeptMessage): boolean =>
      sequence >= (options.fromSequence ?? 1) &&
      (filters.length === 0 || filters.some((filter) => subjectMatches(filter, subject)));
    const wantedOf = (messages: readonly KeptMessage[]): Stored<E>[] =>
      messages.filter(wanted).map((message) => this.storedOf(message));
    const there = wantedOf(this.stream.there('>'));
    const following = new InMemoryFollowing(options, there, () => leave());
    const leave = this.stream.listen({
      stored: (messages) => following.add(wantedOf(messages)),
      available: (available) => following.connected(available),
    });
    following.connected(this.stream.isAvailable());
    return following;
  }

  private messageOf({ subject, event, expect, ttlSeconds }: AppendRequest<E>): NewMessage {
    return {
      subject,
      text: this.codec.encode(event),
      id: event.id,
      expect: expect ? { lastSequence: expect.lastSequence, of: expect.of ?? subject } : null,
      ttlSeconds,
      trace: {},
    };
  }

  private oneOf(message: KeptMessage | undefined): Stored<E> | null {
    return message ? this.storedOf(message) : null;
  }

  private storedOf({ sequence, subject, storedAtMs, trace, text }: KeptMessage): Stored<E> {
    return { sequence, subject, storedAtMs, trace, decoded: this.codec.decode(text) };
  }
}
