import type { Decoded } from '#contracts';

/**
 * One append-only stream of events. The contract suite `event-store.contract.ts` says all of this as tests; the
 * in-memory fake and the JetStream adapter both pass it.
 *
 * - **Order**: `sequence` grows with every stored event of the stream; readers see events in that order, each once.
 *   Sequences may have holes.
 * - **Concurrency**: an append may name the last sequence that its subject (or a wildcard over subjects) must have; `0`
 *   means that nothing is there yet. Otherwise it fails with {@link WrongSequenceError} and nothing is stored.
 * - **Idempotence**: the event's `id` is the message id; the same id within two minutes is stored once and the second
 *   append reports `duplicate: true` with the first sequence.
 * - **Durability**: a resolved append survives the loss of every process.
 * - **Events only**: a stream may hold messages that are no events (the control log holds the nodes' echoes). They take
 *   sequences, so they leave holes, and are otherwise not there: a `RawLog` shows all. Such a stream forgets no event.
 */
export interface EventStore<E> {
  append(request: AppendRequest<E>, sending?: Sending): Promise<Appended>;
  /** All or nothing; each `expect` is checked. Answers the sequence of the last one. */
  appendAll(requests: readonly AppendRequest<E>[], sending?: Sending): Promise<Appended>;
  /** All events whose subject matches the filter, from a sequence on, as far as the stream reaches now. */
  read(filter: string, fromSequence?: number): Promise<Stored<E>[]>;
  /**
   * The oldest of what {@link read} would answer: a few hundred at most, for whoever goes on when these are used. Takes no
   * consumer. Any replica may answer, so the newest may be missing for a moment.
   */
  readPage(filter: string, fromSequence: number): Promise<EventPage<E>>;
  /** The first event that matches (wildcards allowed), or `null`. */
  first(filter: string): Promise<Stored<E> | null>;
  /** The last event that matches (wildcards allowed), or `null`. */
  last(filter: string): Promise<Stored<E> | null>;
  /**
   * The sequence of the last event that was stored, also if it was forgotten since; `0` when there was none. Who follows
   * without filters will reach it. Answered by the stream's leader.
   */
  lastSequence(): Promise<number>;
  /** Forgets all events of a subject. Only streams that allow it; the control log never does. */
  forget(subject: string): Promise<void>;
  /**
   * Follows the stream for good. Events come in order and each once: the adapter checks the consumer's own sequence for
   * gaps, and after a gap, a reconnect or a consumer that the server recreated it goes on after the last one handed over.
   * `onEvents` is awaited before the next batch (back-pressure). If it throws, following ends and `failed` rejects.
   */
  follow(options: FollowOptions<E>): Following;
}

/**
 * Is given each try of an append to carry out, and does so at once: what it looks at before and after is so at the very
 * moment of sending. What it throws instead ends the append with that error, and nothing is sent any more; but where an
 * earlier try may have been stored, the append ends with a LogUnavailableError, since nobody can say that it was refused.
 */
export type Sending = <T>(send: () => T) => T;

export interface AppendRequest<E> {
  readonly subject: string;
  readonly event: E;
  readonly expect?: { readonly lastSequence: number; readonly of?: string };
  /** Forgotten by the stream after so many seconds, where the stream allows it. */
  readonly ttlSeconds?: number;
}

export interface Appended {
  readonly sequence: number;
  readonly duplicate: boolean;
}

export interface Stored<E> {
  readonly sequence: number;
  readonly subject: string;
  /** When the stream stored it, milliseconds since the epoch. */
  readonly storedAtMs: number;
  /** W3C trace headers that came with it. */
  readonly trace: Readonly<Record<string, string>>;
  readonly decoded: Decoded<E>;
}

export interface EventPage<E> {
  readonly events: readonly Stored<E>[];
  /** Where the next page begins; `null`: there is none now. */
  readonly next: number | null;
}

export interface FollowOptions<E> {
  /** @default all events */
  readonly filters?: readonly string[];
  /** The first sequence wanted. @default 1 */
  readonly fromSequence?: number;
  /** At most so many events a call. @default 500 */
  readonly batchMax?: number;
  onEvents(events: readonly Stored<E>[]): void | Promise<void>;
  /** `false` while the server cannot be reached. */
  onConnected?(connected: boolean): void;
}

export interface Following {
  /** Resolves once everything that the stream held when following began has been handed over. */
  readonly caughtUp: Promise<void>;
  /** Rejects when following ended by a failure of `onEvents`; never resolves. */
  readonly failed: Promise<never>;
  stop(): Promise<void>;
}

/** Somebody else wrote first. Load again, decide again. */
export class WrongSequenceError extends Error {
  override readonly name = 'WrongSequenceError';
  readonly code = 'WRONG_SEQUENCE';
  readonly retryable = true;
  constructor(readonly subject: string) {
    super(`another event was appended to ${subject} first`);
  }
}

/** The stream has no leader, or cannot be reached. The append may or may not have been stored. */
export class LogUnavailableError extends Error {
  override readonly name = 'LogUnavailableError';
  readonly code = 'LOG_UNAVAILABLE';
  readonly retryable = true;
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
  }
}
