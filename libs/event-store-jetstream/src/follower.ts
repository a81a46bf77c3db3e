import type { EventCodec } from '#contracts';
import { FollowingEndedError, type Following, type FollowOptions } from '#event-store';
import { deferred } from './deferred.js';
import { HandOver } from './hand-over.js';
import { readLastSequence } from './log-reading.js';
import type { NatsLink } from './nats-link.js';
import { type Delivered, PushConsumer } from './push-consumer.js';

/** Between two tries to get a consumer. After an election the follower is the first who must know. */
const RETRY_MS = { min: 20, max: 250 } as const;
/** A question to a stream without a leader may never be answered: it is asked again after so long. */
const ASK_MS = 1_000;
/** While the connection is down this long passes between two looks; its return is noticed at once. */
const WAIT_MS = 60_000;

/**
 * Follows a stream through one {@link PushConsumer} at a time. When that ends, for whatever reason, the next one begins
 * after the last message received; so a gap is never handed over, and nothing is handed over twice.
 */
export class Follower<E> implements Following {
  readonly caughtUp: Promise<void>;
  readonly failed: Promise<never>;
  private readonly catchUp = deferred<void>();
  private readonly failure = deferred<never>();
  private readonly ending = deferred<void>();
  private readonly handOver: HandOver<E>;
  private readonly running: Promise<void>;
  private ended = false;
  /** The last sequence received; each received message waits in `handOver` or was handed over. */
  private received: number;
  /** The end of the stream when following began; `null` until the server has told. */
  private target: number | null = null;
  private connected: boolean | null = null;

  constructor(
    private readonly link: NatsLink,
    private readonly stream: string,
    codec: EventCodec<E>,
    private readonly options: FollowOptions<E>,
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
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.finish(new FollowingEndedError());
    await this.running;
  }

  private async run(): Promise<void> {
    let pauseMs: number = RETRY_MS.min;
    while (!this.ended) {
      if (!(await this.reachable())) continue;
      const lived = await this.consume();
      pauseMs = lived ? RETRY_MS.min : Math.min(pauseMs * 2, RETRY_MS.max);
      if (!this.ended && this.link.connected()) await this.pause(pauseMs);
    }
  }

  private async reachable(): Promise<boolean> {
    if (this.link.connected()) return true;
    this.tellConnected(false);
    await Promise.race([this.link.whenConnected(WAIT_MS), this.ending.promise]);
    if (this.link.isClosed()) this.finish(new FollowingEndedError());
    return this.link.connected() && !this.ended;
  }

  /** The life of one consumer. Answers whether it began to deliver at all. */
  private async consume(): Promise<boolean> {
    const end = deferred<void>();
    const consumer = new PushConsumer(this.link, this.stream, {
      onMessage: (message) => this.take(message),
      onFlowControl: (answerFlow) => this.handOver.add({ answerFlow }),
      onIdle: () => this.idle(),
      onEnd: (why) => {
        if (why !== 'gap') this.tellConnected(false);
        end.resolve();
      },
    });
    let opened = false;
    try {
      await this.checkEnd();
      if (await consumer.open(this.received + 1, this.options.filters ?? [])) this.idle();
      opened = true;
      this.tellConnected(true);
      await Promise.race([end.promise, this.ending.promise]);
    } catch {
      // No leader, no stream, a short log: told by `onConnected(false)`, tried again after a pause.
      this.tellConnected(false);
    } finally {
      await consumer.close();
    }
    return opened;
  }

  /** A stream that ends before what was already received reads short: wait for the rest, never begin again. */
  private async checkEnd(): Promise<void> {
    const last = await readLastSequence(this.link, this.stream, ASK_MS);
    if (last < this.received && this.target !== null) throw new Error('the stream reads short');
    this.target ??= last;
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
    this.ending.resolve();
  }

  private tellConnected(connected: boolean): void {
    if (this.connected === connected || this.ended) return;
    this.connected = connected;
    this.options.onConnected?.(connected);
  }

  private async pause(ms: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const over = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
    await Promise.race([over, this.ending.promise]);
    clearTimeout(timer);
  }
}
