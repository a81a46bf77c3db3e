import type { Appended } from './event-store.port.js';

/**
 * A stream as the containment protocol reads it: each delivery as it came, with the consumer's own number, so that the
 * reader checks order and gaps itself and knows how far it is *proven* to have read. The contract suite
 * `raw-log.contract.ts` says all of this as tests; the in-memory fake and the JetStream adapter both pass it.
 */
export interface RawLog {
  /**
   * Follows the stream until `stop`, through one consumer at a time. A consumer ends when a delivery is missing (`gap`
   * below), when it is silent for a second, when it is deleted, when the connection is lost, or by `restart`. The next one
   * begins at `reader.from()`, after a short pause of random length; meanwhile the old one is deleted, so that the
   * server never holds more than one of this reader for longer than it takes to notice.
   *
   * - **Raw**: what arrives is handed over, also when its `consumerSequence` does not follow the last; the reader
   *   decides and calls `restart()`. Only a heartbeat that names a delivery which never came ends the consumer by
   *   itself, because nothing else would tell the reader.
   * - **Short**: while the stream ends before `from() - 1` it reads short, as a restored or a lagging one does. Then there is
   *   no consumer, and the reader is told `onConnected(false)`: a server would otherwise wait for that sequence and call
   *   it idle.
   * - **Late**: nothing of an ended consumer is handed over once the next one subscribed.
   * - **Holes** in `sequence` are normal: messages with a time to live leave them, and so do filters.
   */
  follow(reader: RawReader): RawFollowing;
  /**
   * Stores one message, in one try: no second message is ever sent for it. Rejects at once when the connection is lost or
   * down, or the stream has no leader, and after `timeoutMs` when nothing was answered. With a `messageId`, trying again
   * within two minutes stores nothing new, but where a sequence is expected the server compares that first: the second
   * try may then be a {@link WrongSequenceError} for one's own message.
   *
   * @throws WrongSequenceError when the subject's last sequence is not the expected one. Nothing was stored.
   * @throws LogUnavailableError when nobody acknowledged it. It may or may not be stored, now or later.
   * @throws EventTooLargeError when it exceeds what the server takes. Nothing was stored.
   * @throws LogRefusedError when the server said no for another reason. Nothing was stored.
   */
  append(request: RawAppend): Promise<Appended>;
}

/** Its methods must be synchronous and must not throw. They may call `restart` and `stop`. */
export interface RawReader {
  /** Only messages whose subjects match one of these are delivered; none means all. */
  readonly filters: readonly string[];
  /** The first stream sequence wanted, asked anew for each consumer. */
  from(): number;
  /** A consumer exists now. Called before its first delivery, whose `consumerSequence` is 1. */
  onSubscribed(consumer: string, fromSequence: number): void;
  onDelivery(delivery: RawDelivery): void;
  /** Nothing is left to deliver now, as far as the server can tell. */
  onIdle?(): void;
  /** `false` when nothing can be read now (no connection, no leader, no stream, a short one); `true` with the next consumer. */
  onConnected?(connected: boolean): void;
}

export interface RawDelivery {
  /** The name that `onSubscribed` told. */
  readonly consumer: string;
  /** Counts the deliveries of this consumer from 1, without holes unless one was lost. */
  readonly consumerSequence: number;
  /** Messages that match and come after this one, when it was sent. */
  readonly pending: number;
  readonly sequence: number;
  readonly subject: string;
  /** When the stream stored it: milliseconds since the epoch by the server's clock. */
  readonly storedAtMs: number;
  readonly text: string;
  /** Size of the body as it came over the wire. */
  readonly bytes: number;
  /** W3C trace headers that came with it. */
  readonly trace: Readonly<Record<string, string>>;
}

export interface RawFollowing {
  /** Ends the consumer of now; the next one begins at `reader.from()`. Nothing more comes from the old one. */
  restart(): void;
  /** Resolves when the consumer is deleted, or cannot be: then the server forgets it in five seconds. */
  stop(): Promise<void>;
}

export interface RawAppend {
  readonly subject: string;
  readonly text: string;
  /** Stored once within two minutes; `null` for what may repeat. */
  readonly messageId: string | null;
  /** The last sequence that this subject must have, `0` for none yet; `null` where it does not matter. */
  readonly expectLastSubjectSequence: number | null;
  /** Forgotten by the stream after so many seconds. @default never */
  readonly ttlSeconds?: number;
  /** @default 2000 */
  readonly timeoutMs?: number;
  /** W3C trace headers; they come out as `RawDelivery.trace`. */
  readonly headers?: Readonly<Record<string, string>>;
}
