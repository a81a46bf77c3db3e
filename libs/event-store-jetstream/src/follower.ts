import type { EventCodec } from '#contracts';
import { FollowingEndedError, type Following, type FollowOptions } from '#event-store';
import { ConsumerLoop } from './consumer-loop.js';
import { deferred } from './deferred.js';
import { HandOver } from './hand-over.js';
import { readLastSequence } from './log-reading.js';
import type { NatsLink } from './nats-link.js';
import type { Delivered } from './push-consumer.js';

/** A question to a stream without a leader may never be answered: it is asked again after so long. */
const ASK_MS = 1_000;
const SETTINGS = { endsAtGaps: true, missedMax: 4 } as const;

/**
 * Follows a stream through one consumer at a time. When that ends, for whatever reason, the next one begins after the last
 * message received; so a gap is never handed over, and nothing is handed over twice.
 */
export class Follower<E> implements Following {
  readonly caughtUp: Promise<void>;
  readonly failed: Promise<never>;
  private readonly catchUp = deferred<void>();
  private readonly failure = deferred<never>();
  private readonly handOver: HandOver<E>;
  private readonly loop: ConsumerLoop;
  private ended = false;
  /** The last sequence received; each received message waits in `handOver` or was handed over. */
  private received: number;
  /** The end of the stream when following began; `null` until the server has told. */
  private target: number | null = null;

  constructor(
    private readonly link: NatsLink,
    private readonly stream: string,
    codec: EventCodec<E>,
    options: FollowOptions<E>,
  ) {
    this.received = Math.max(1, options.fromSequence ?? 1) - 1;
    this.caughtUp = this.catchUp.promise;
    this.failed = this.failure.promise;
    // Whoever does not look at these must not fail for it.
    this.caughtUp.catch(() => undefined);
    this.failed.catch(() => undefined);
    this.handOver = new HandOver(codec, options, {
      handedOver: (last) => this.handedOver(last),
      failed: (error) => this.fail(error),
    });
    this.loop = new ConsumerLoop(link, stream, {
      filters: options.filters ?? [],
      settings: SETTINGS,
      from: () => this.from(),
      onMessage: (message) => this.take(message),
      onFlowControl: (answerFlow) => this.handOver.add({ answerFlow }),
      onIdle: () => this.idle(),
      onConnected: (connected) => options.onConnected?.(connected),
      onClosed: () => this.finish(new FollowingEndedError()),
    });
  }

  async stop(): Promise<void> {
    this.finish(new FollowingEndedError());
    await this.loop.stop();
  }

  /** A stream that ends before what was already received reads short: wait for the rest, never begin again. */
  private async from(): Promise<number> {
    const last = await readLastSequence(this.link, this.stream, ASK_MS);
    if (last < this.received && this.target !== null) throw new Error('the stream reads short');
    this.target ??= last;
    return this.received + 1;
  }

  private take(message: Delivered): void {
    if (this.ended) return;
    this.received = message.sequence;
    this.handOver.add({ message });
  }

  private handedOver(last: Delivered): void {
    if (last.pending === 0 || (this.target !== null && last.sequence >= this.target)) {
      this.catchUp.resolve();
    }
  }

  private idle(): void {
    if (this.target !== null && this.handOver.empty()) this.catchUp.resolve();
  }

  private fail(error: unknown): void {
    this.failure.reject(error);
    this.finish(new FollowingEndedError({ cause: error }));
  }

  private finish(why: FollowingEndedError): void {
    if (this.ended) return;
    this.ended = true;
    this.handOver.end();
    this.catchUp.reject(why);
    this.loop.end();
  }
}
