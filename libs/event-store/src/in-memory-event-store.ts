import type { EventCodec } from '#contracts';
import {
  type Appended,
  type AppendRequest,
  type EventStore,
  type Following,
  type FollowOptions,
  LogUnavailableError,
  type Stored,
  WrongSequenceError,
} from './event-store.port.js';
import { InMemoryFollowing } from './in-memory-following.js';
import { subjectMatches } from './subject-filter.js';

const DUPLICATE_WINDOW_MS = 120_000;

export interface InMemoryOptions<E> {
  readonly codec: EventCodec<E>;
  /** The clock; a spec drives it. @default always 0 */
  readonly nowMs?: () => number;
}

interface Kept<E> {
  readonly stored: Stored<E>;
  readonly id: string;
  readonly expiresAtMs: number;
}

/**
 * {@link EventStore} in memory, for specs: the same promises, and a switch that takes the stream's leader away. Events go
 * through the codec as they would through a server, so a test sees what a reader would see.
 */
export class InMemoryEventStore<E extends { readonly id: string }> implements EventStore<E> {
  private kept: Kept<E>[] = [];
  private end = 0;
  private reachable = true;
  private readonly ids = new Map<string, { sequence: number; atMs: number }>();
  private readonly followings = new Set<InMemoryFollowing<E>>();
  private readonly codec: EventCodec<E>;
  private readonly nowMs: () => number;

  constructor({ codec, nowMs }: InMemoryOptions<E>) {
    this.codec = codec;
    this.nowMs = nowMs ?? (() => 0);
  }

  /** `false`: everything rejects with {@link LogUnavailableError}, and followers wait, until it is `true` again. */
  setAvailable(available: boolean): void {
    this.reachable = available;
    for (const following of this.followings) following.connected(available);
  }

  async append(request: AppendRequest<E>): Promise<Appended> {
    return this.appendAll([request]);
  }

  async appendAll(requests: readonly AppendRequest<E>[]): Promise<Appended> {
    this.check();
    const last = requests.at(-1);
    if (!last) throw new TypeError('appendAll needs at least one event');
    const before = this.duplicateOf(last);
    if (before !== null) return { sequence: before, duplicate: true };
    for (const request of requests) this.checkExpected(request);
    const added = requests.map((request) => this.store(request));
    for (const following of this.followings) following.add(added);
    return { sequence: this.end, duplicate: false };
  }

  async read(filter: string, fromSequence = 1): Promise<Stored<E>[]> {
    this.check();
    return this.matching(filter).filter(({ sequence }) => sequence >= fromSequence);
  }

  async first(filter: string): Promise<Stored<E> | null> {
    return (await this.read(filter))[0] ?? null;
  }

  async last(filter: string): Promise<Stored<E> | null> {
    return (await this.read(filter)).at(-1) ?? null;
  }

  async lastSequence(): Promise<number> {
    this.check();
    return this.end;
  }

  async forget(subject: string): Promise<void> {
    this.check();
    this.kept = this.kept.filter(({ stored }) => !subjectMatches(subject, stored.subject));
  }

  follow(options: FollowOptions<E>): Following {
    const following = new InMemoryFollowing(options, this.matching('>'), () =>
      this.followings.delete(following),
    );
    this.followings.add(following);
    following.connected(this.reachable);
    return following;
  }

  private matching(filter: string): Stored<E>[] {
    const nowMs = this.nowMs();
    return this.kept
      .filter(({ stored, expiresAtMs }) => {
        return expiresAtMs > nowMs && subjectMatches(filter, stored.subject);
      })
      .map(({ stored }) => stored);
  }

  private store(request: AppendRequest<E>): Stored<E> {
    const nowMs = this.nowMs();
    this.end += 1;
    const stored: Stored<E> = {
      sequence: this.end,
      subject: request.subject,
      storedAtMs: nowMs,
      trace: {},
      decoded: this.codec.decode(this.codec.encode(request.event)),
    };
    const lifeMs = request.ttlSeconds === undefined ? Infinity : request.ttlSeconds * 1000;
    this.kept.push({ stored, id: request.event.id, expiresAtMs: nowMs + lifeMs });
    this.ids.set(request.event.id, { sequence: this.end, atMs: nowMs });
    return stored;
  }

  private duplicateOf(request: AppendRequest<E>): number | null {
    const before = this.ids.get(request.event.id);
    if (!before || this.nowMs() - before.atMs >= DUPLICATE_WINDOW_MS) return null;
    return before.sequence;
  }

  private checkExpected({ subject, expect }: AppendRequest<E>): void {
    if (!expect) return;
    const last = this.matching(expect.of ?? subject).at(-1);
    if ((last?.sequence ?? 0) !== expect.lastSequence) throw new WrongSequenceError(subject);
  }

  private check(): void {
    if (!this.reachable) throw new LogUnavailableError('the in-memory log was switched off');
  }
}
