import { deferred, type Deferred } from './deferred.js';
import type { NatsLink } from './nats-link.js';
import { type Delivered, PushConsumer, type PushConsumerSettings } from './push-consumer.js';

/** Between two tries to get a consumer. After an election the follower is the first who must know. */
const RETRY_MS = { min: 20, max: 250 } as const;
/** While the connection is down this long passes between two looks; its return is noticed at once. */
const WAIT_MS = 60_000;

/** What a follower makes of its consumers. */
export interface ConsumerWork {
  readonly filters: readonly string[];
  readonly settings: PushConsumerSettings;
  /** Asked before each consumer. It rejects where the stream cannot be read now: then it is asked again after a pause. */
  from(): Promise<number> | number;
  /** A consumer exists; called before its first delivery. */
  onOpen?(consumer: string, fromSequence: number): void;
  onMessage(message: Delivered, consumer: string): void;
  onFlowControl(answer: () => void): void;
  onIdle(): void;
  onConnected(connected: boolean): void;
  /** The connection was closed for good: the loop ended by itself. */
  onClosed?(): void;
}

/**
 * Keeps one {@link PushConsumer} open at a time until it is stopped. When one ends, for whatever reason, it is deleted,
 * and only when it is known to be gone the next one is made. The server forgets by itself what could not be deleted.
 */
export class ConsumerLoop {
  private readonly ending = deferred<void>();
  private readonly running: Promise<void>;
  private current: Deferred<void> = deferred();
  private consumer: PushConsumer | null = null;
  /** The consumer that may still be on the server. */
  private leftover: PushConsumer | null = null;
  private ended = false;
  private connected: boolean | null = null;

  constructor(
    private readonly link: NatsLink,
    private readonly stream: string,
    private readonly work: ConsumerWork,
  ) {
    this.running = this.run();
  }

  /** Ends the consumer of now; nothing more comes from it. Another one follows. */
  restart(): void {
    this.consumer?.quiet();
    this.current.resolve();
  }

  /** Nothing is handed over any more. Resolves when the consumer is deleted, or cannot be. */
  async stop(): Promise<void> {
    this.end();
    await this.running;
  }

  /** As `stop`, for who cannot wait. */
  end(): void {
    this.ended = true;
    this.consumer?.quiet();
    this.ending.resolve();
  }

  private async run(): Promise<void> {
    // A turn later: whoever made the loop must know it before it is called.
    await Promise.resolve();
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
    if (this.link.isClosed() && !this.ended) {
      this.end();
      this.work.onClosed?.();
    }
    return this.link.connected() && !this.ended;
  }

  /** The life of one consumer. Answers whether it began to deliver at all. */
  private async consume(): Promise<boolean> {
    const over = deferred<void>();
    this.current = over;
    let opened = false;
    try {
      await this.clear();
      const from = await this.work.from();
      if (this.ended) return false;
      const consumer = this.make(from, over);
      this.consumer = consumer;
      this.leftover = consumer;
      const until = Promise.race([over.promise, this.ending.promise]);
      const idle = await Promise.race([consumer.open(from, this.work.filters), until]);
      opened = idle !== undefined;
      if (idle === true && !consumer.isEnded()) this.work.onIdle();
      await until;
    } catch {
      // No leader, no stream, a short log: told by `onConnected(false)`, tried again after a pause.
      this.tellConnected(false);
    } finally {
      this.consumer?.quiet();
      this.consumer = null;
      await this.clear().catch(() => undefined);
    }
    return opened;
  }

  private make(from: number, over: Deferred<void>): PushConsumer {
    const { work } = this;
    const consumer: PushConsumer = new PushConsumer(
      this.link,
      this.stream,
      {
        onOpen: () => {
          this.tellConnected(true);
          work.onOpen?.(consumer.name, from);
        },
        onMessage: (message) => work.onMessage(message, consumer.name),
        onFlowControl: (answer) => work.onFlowControl(answer),
        onIdle: () => work.onIdle(),
        onEnd: (why) => {
          if (why !== 'gap') this.tellConnected(false);
          over.resolve();
        },
      },
      work.settings,
    );
    return consumer;
  }

  /** Rejects while it is not known whether the last consumer is gone. */
  private async clear(): Promise<void> {
    await this.leftover?.delete();
    this.leftover = null;
  }

  private tellConnected(connected: boolean): void {
    if (this.connected === connected || this.ended) return;
    this.connected = connected;
    this.work.onConnected(connected);
  }

  private async pause(ms: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const jittered = ms * (0.5 + Math.random() / 2);
    const over = new Promise<void>((resolve) => (timer = setTimeout(resolve, jittered)));
    await Promise.race([over, this.ending.promise]);
    clearTimeout(timer);
  }
}
