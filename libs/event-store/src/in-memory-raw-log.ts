import { type Appended, LogUnavailableError } from './event-store.port.js';
import { InMemoryRawFollower } from './in-memory-raw-follower.js';
import { InMemoryStream } from './in-memory-stream.js';
import type { RawAppend, RawFollowing, RawLog, RawReader } from './raw-log.port.js';

/**
 * {@link RawLog} in memory, for specs: deliveries come in later turns, and faults come when a spec asks for them. Each log
 * is one process' connection; several over one stream are several processes.
 */
export class InMemoryRawLog implements RawLog {
  private readonly followers = new Set<InMemoryRawFollower>();
  private connected = true;
  private unanswered = 0;

  constructor(private readonly stream = new InMemoryStream()) {
    this.stream.listen({
      stored: (messages) => this.each((follower) => follower.add(messages)),
      available: () => this.tellReachable(),
    });
  }

  follow(reader: RawReader): RawFollowing {
    const follower = new InMemoryRawFollower(reader, this.stream, () =>
      this.followers.delete(follower),
    );
    this.followers.add(follower);
    follower.reachable(this.isReachable());
    return follower;
  }

  async append(request: RawAppend): Promise<Appended> {
    if (!this.connected) throw new LogUnavailableError('the in-memory connection was cut');
    const { subject, text, messageId, expectLastSubjectSequence, ttlSeconds, headers } = request;
    const expect =
      expectLastSubjectSequence === null
        ? null
        : { lastSequence: expectLastSubjectSequence, of: subject };
    const trace = headers ?? {};
    const message = { subject, text, id: messageId, expect, ttlSeconds, trace };
    const appended = this.stream.append([message]);
    if (this.unanswered === 0) return appended;
    this.unanswered -= 1;
    throw new LogUnavailableError('the acknowledgement was lost');
  }

  /** The connection breaks: appends fail, and following waits, until `heal`. */
  cut(): void {
    this.connected = false;
    this.tellReachable();
  }

  heal(): void {
    this.connected = true;
    this.tellReachable();
  }

  /** So many of the next deliveries get lost on their way; the consumer has counted them. */
  dropNext(count = 1): void {
    this.each((follower) => follower.dropNext(count));
  }

  /** Each consumer tells how much it has sent: one whose last deliveries were lost is replaced, another is idle. */
  heartbeat(): void {
    this.each((follower) => follower.heartbeat());
  }

  /** Somebody deletes the consumers on the server. */
  deleteConsumers(): void {
    this.each((follower) => follower.restart());
  }

  /** So many consumers are open now. */
  consumers(): number {
    return [...this.followers].filter((follower) => follower.isOpen()).length;
  }

  /** So many of the next appends are stored, and reject all the same. */
  loseAcknowledgements(count = 1): void {
    this.unanswered += count;
  }

  private isReachable(): boolean {
    return this.connected && this.stream.isAvailable();
  }

  private tellReachable(): void {
    this.each((follower) => follower.reachable(this.isReachable()));
  }

  private each(act: (follower: InMemoryRawFollower) => void): void {
    for (const follower of [...this.followers]) act(follower);
  }
}
