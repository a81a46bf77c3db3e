import { type Appended, LogUnavailableError, WrongSequenceError } from './event-store.port.js';
import { subjectMatches } from './subject-filter.js';

const DUPLICATE_WINDOW_MS = 120_000;

export interface NewMessage {
  readonly subject: string;
  readonly text: string;
  /** Stored once within two minutes. */
  readonly id: string | null;
  readonly expect: { readonly lastSequence: number; readonly of: string } | null;
  readonly ttlSeconds: number | undefined;
  readonly trace: Readonly<Record<string, string>>;
}

export interface KeptMessage {
  readonly sequence: number;
  readonly subject: string;
  readonly storedAtMs: number;
  readonly text: string;
  readonly trace: Readonly<Record<string, string>>;
}

export interface StreamListener {
  stored(messages: readonly KeptMessage[]): void;
  /** `false` while the stream has no leader. */
  available(available: boolean): void;
}

interface Kept {
  readonly message: KeptMessage;
  readonly expiresAtMs: number;
}

/** One stream in memory. An event store and a raw log over the same one see the same messages. */
export class InMemoryStream {
  private kept: Kept[] = [];
  private end = 0;
  private reachable = true;
  private readonly ids = new Map<string, { sequence: number; atMs: number }>();
  private readonly listeners = new Set<StreamListener>();

  /** @param nowMs the clock; a spec drives it */
  constructor(private readonly nowMs: () => number = () => 0) {}

  isAvailable(): boolean {
    return this.reachable;
  }

  /** `false`: everything rejects with {@link LogUnavailableError} until it is `true` again. */
  setAvailable(available: boolean): void {
    this.reachable = available;
    for (const listener of [...this.listeners]) listener.available(available);
  }

  listen(listener: StreamListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** All or nothing. The last one's id tells whether they were stored before. */
  append(messages: readonly NewMessage[]): Appended {
    this.check();
    const last = messages.at(-1);
    if (!last) throw new TypeError('there is nothing to append');
    const before = this.duplicateOf(last);
    if (before !== null) return { sequence: before, duplicate: true };
    for (const message of messages) this.checkExpected(message);
    const added = messages.map((message) => this.store(message));
    for (const listener of [...this.listeners]) listener.stored(added);
    return { sequence: this.end, duplicate: false };
  }

  matching(filter: string): KeptMessage[] {
    this.check();
    return this.there(filter);
  }

  lastSequence(): number {
    this.check();
    return this.end;
  }

  forget(subject: string): void {
    this.check();
    this.kept = this.kept.filter(({ message }) => !subjectMatches(subject, message.subject));
  }

  /** What a server would find in its store, reachable or not. */
  there(filter: string): KeptMessage[] {
    const nowMs = this.nowMs();
    return this.kept
      .filter(
        ({ message, expiresAtMs }) =>
          expiresAtMs > nowMs && subjectMatches(filter, message.subject),
      )
      .map(({ message }) => message);
  }

  private store({ subject, text, id, trace, ttlSeconds }: NewMessage): KeptMessage {
    const nowMs = this.nowMs();
    this.end += 1;
    const message = { sequence: this.end, subject, storedAtMs: nowMs, text, trace };
    const lifeMs = ttlSeconds === undefined ? Infinity : ttlSeconds * 1000;
    this.kept.push({ message, expiresAtMs: nowMs + lifeMs });
    if (id !== null) this.ids.set(id, { sequence: this.end, atMs: nowMs });
    return message;
  }

  private duplicateOf({ id }: NewMessage): number | null {
    const before = id === null ? undefined : this.ids.get(id);
    if (!before || this.nowMs() - before.atMs >= DUPLICATE_WINDOW_MS) return null;
    return before.sequence;
  }

  private checkExpected({ subject, expect }: NewMessage): void {
    if (!expect) return;
    const last = this.there(expect.of).at(-1);
    if ((last?.sequence ?? 0) !== expect.lastSequence) throw new WrongSequenceError(subject);
  }

  private check(): void {
    if (!this.reachable) throw new LogUnavailableError('the in-memory log was switched off');
  }
}
