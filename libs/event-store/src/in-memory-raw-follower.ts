import type { InMemoryStream, KeptMessage } from './in-memory-stream.js';
import type { RawFollowing, RawReader } from './raw-log.port.js';
import { subjectMatches } from './subject-filter.js';

interface Consumer {
  readonly name: string;
  sent: number;
  received: number;
  readonly waiting: KeptMessage[];
}

let made = 0;

/** The following of the in-memory raw log: one consumer at a time, each in turns of its own. */
export class InMemoryRawFollower implements RawFollowing {
  private consumer: Consumer | null = null;
  private up: boolean | null = null;
  private beginning = false;
  private stopped = false;
  private toDrop = 0;

  constructor(
    private readonly reader: RawReader,
    private readonly stream: InMemoryStream,
    private readonly left: () => void,
  ) {}

  isOpen(): boolean {
    return this.consumer !== null;
  }

  restart(): void {
    this.consumer = null;
    this.begin();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.consumer = null;
    this.left();
  }

  reachable(up: boolean): void {
    if (!up) this.consumer = null;
    else this.begin();
    if (!up) this.tellConnected(false);
  }

  add(messages: readonly KeptMessage[]): void {
    const { consumer } = this;
    // The log may have read short until now.
    if (!consumer) return this.begin();
    consumer.waiting.push(...messages.filter((message) => this.wanted(message)));
    queueMicrotask(() => this.deliver(consumer));
  }

  dropNext(count: number): void {
    this.toDrop += count;
  }

  heartbeat(): void {
    const { consumer } = this;
    if (!consumer) return;
    if (consumer.sent !== consumer.received) this.restart();
    else this.reader.onIdle?.();
  }

  /** In a later turn, so that a reader which restarts for ever starves nobody. */
  private begin(): void {
    if (this.beginning || this.stopped) return;
    this.beginning = true;
    setImmediate(() => {
      this.beginning = false;
      if (!this.stopped && this.consumer === null && this.stream.isAvailable()) this.open();
    });
  }

  private open(): void {
    const from = this.reader.from();
    if (this.stream.lastSequence() < from - 1) return this.tellConnected(false);
    const there = this.stream.there('>').filter(({ sequence }) => sequence >= from);
    const waiting = there.filter((message) => this.wanted(message));
    made += 1;
    const consumer = { name: `consumer-${made}`, sent: 0, received: 0, waiting };
    this.consumer = consumer;
    this.tellConnected(true);
    this.reader.onSubscribed(consumer.name, from);
    this.deliver(consumer);
  }

  private deliver(consumer: Consumer): void {
    for (;;) {
      if (this.consumer !== consumer) return;
      const message = consumer.waiting.shift();
      if (!message) break;
      consumer.sent += 1;
      if (this.toDrop > 0) this.toDrop -= 1;
      else this.handOver(consumer, message);
    }
    if (consumer.sent === consumer.received) this.reader.onIdle?.();
  }

  private handOver(consumer: Consumer, message: KeptMessage): void {
    consumer.received = consumer.sent;
    this.reader.onDelivery({
      ...message,
      consumer: consumer.name,
      consumerSequence: consumer.sent,
      pending: consumer.waiting.length,
      bytes: Buffer.byteLength(message.text),
    });
  }

  private tellConnected(up: boolean): void {
    if (this.up === up) return;
    this.up = up;
    this.reader.onConnected?.(up);
  }

  private wanted({ subject }: KeptMessage): boolean {
    const { filters } = this.reader;
    return filters.length === 0 || filters.some((filter) => subjectMatches(filter, subject));
  }
}
