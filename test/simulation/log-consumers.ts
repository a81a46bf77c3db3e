import { type Delivery, isLasting, type LogEntry } from '#domain';
import type { Network } from './network.js';
import type { Random } from './random.js';
import type { Schedule } from './schedule.js';

export const ECHO_KEPT_MS = 5_000;
/** A consumer that shows no sign of life for so long has ended. */
const MISSED_AFTER_MS = 1_250;

interface Consumer {
  readonly id: string;
  readonly client: string;
  readonly reads: 'all' | 'lasting';
  readonly deliver: (delivery: Delivery) => void;
  /** It is known to have ended: the next one may be made. */
  readonly onEnded: () => void;
  next: number;
  sequence: number;
  lastArrivalMs: number;
  stalledUntilMs: number;
  /** Served by a leader that is none any more: it shows nothing after this, and calls it the end. */
  staleAfter: number | null;
  pumping: boolean;
  closed: boolean;
}

/** A reader's wish for a consumer; it has one at a time. */
export interface Subscription {
  readonly client: string;
  readonly from: number;
  /** `lasting`: echoes are filtered out, as for everybody but control nodes. */
  readonly reads: 'all' | 'lasting';
  readonly deliver: (delivery: Delivery) => void;
  readonly onEnded: () => void;
}

export interface StoredEntry {
  readonly entry: LogEntry;
  readonly storedAtMs: number;
}

/** The log that consumers read from. */
export interface Source {
  readonly hasLeader: boolean;
  readonly sequence: number;
  /** From this sequence on, in order. */
  from(sequence: number): readonly StoredEntry[];
}

/** Consumers of the control log as JetStream gives them, with what goes wrong there. */
export class LogConsumers {
  #consumers: Consumer[] = [];
  #count = 0;
  #staleUntilMs = 0;
  #staleAfter = 0;

  constructor(
    private readonly schedule: Schedule,
    private readonly random: Random,
    private readonly network: Network,
    private readonly source: Source,
  ) {}

  subscribe({ client, from, reads, deliver, onEnded }: Subscription): string {
    for (const consumer of this.#consumers) if (consumer.client === client) consumer.closed = true;
    this.#consumers = this.#consumers.filter(({ closed }) => !closed);
    this.#count += 1;
    const consumer: Consumer = {
      id: `c${this.#count}`,
      client,
      reads,
      deliver,
      onEnded,
      next: from,
      sequence: 0,
      lastArrivalMs: 0,
      stalledUntilMs: 0,
      staleAfter: this.#staleUntilMs > this.schedule.nowMs ? this.#staleAfter : null,
      pumping: false,
      closed: false,
    };
    this.#consumers.push(consumer);
    this.schedule.in(this.network.delayMs(client, 'log'), () => this.#pump(consumer));
    return consumer.id;
  }

  unsubscribe(client: string): void {
    for (const consumer of this.#consumers) if (consumer.client === client) consumer.closed = true;
  }

  /** Something was stored. */
  pump(): void {
    for (const consumer of this.#consumers) this.#pump(consumer);
  }

  stall(client: string, forMs: number): void {
    const until = this.schedule.nowMs + forMs;
    for (const consumer of this.#consumers)
      if (consumer.client === client) consumer.stalledUntilMs = until;
  }

  /** The server loses a consumer and makes it anew, in silence: it counts from 1 and begins somewhere else. */
  recreate(client: string): void {
    for (const consumer of this.#consumers) {
      if (consumer.client !== client) continue;
      consumer.sequence = 0;
      const skip = this.random.chance(0.6);
      consumer.next = skip
        ? this.source.sequence + 1
        : Math.max(1, consumer.next - this.random.whole(1, 30));
    }
  }

  /** A deposed leader goes on answering reads for a while, with what it had. */
  goStale(forMs: number): void {
    this.#staleAfter = this.source.sequence;
    this.#staleUntilMs = this.schedule.nowMs + forMs;
    for (const consumer of this.#consumers)
      if (this.random.chance(0.5)) consumer.staleAfter = this.#staleAfter;
    this.schedule.in(forMs, () => {
      for (const consumer of this.#consumers) consumer.staleAfter = null;
      for (const consumer of this.#consumers) this.#pump(consumer);
    });
  }

  heal(): void {
    this.#staleUntilMs = 0;
    for (const consumer of this.#consumers) {
      consumer.stalledUntilMs = 0;
      consumer.staleAfter = null;
      this.#pump(consumer);
    }
  }

  /** The stream counts from 1 again: who has noticed nothing yet begins there. */
  rewind(): void {
    for (const consumer of this.#consumers) if (consumer.next !== Infinity) consumer.next = 1;
  }

  /** With what they read from: the server makes them anew in silence, or they are missed after a while. */
  end(): void {
    for (const { client } of this.#consumers) this.recreate(client);
    for (const consumer of this.#consumers) {
      const isMissed = this.random.chance(0.5);
      consumer.next = isMissed ? Infinity : this.source.sequence + 1;
      if (isMissed)
        this.schedule.in(this.random.between(20, MISSED_AFTER_MS), () => this.#missed(consumer));
    }
  }

  #missed(consumer: Consumer): void {
    if (!consumer.closed) consumer.onEnded();
  }

  #pump(consumer: Consumer): void {
    if (consumer.closed || consumer.pumping) return;
    if (this.#isHeld(consumer)) return this.#pumpLater(consumer);
    for (const stored of this.source.from(consumer.next)) {
      if (stored.entry.sequence > (consumer.staleAfter ?? Infinity)) return;
      consumer.next = stored.entry.sequence + 1;
      if (this.#isShown(stored, consumer)) this.#show(stored.entry, consumer);
    }
  }

  #isShown({ entry, storedAtMs }: StoredEntry, { reads }: Consumer): boolean {
    if (isLasting(entry)) return true;
    return reads === 'all' && this.schedule.nowMs - storedAtMs <= ECHO_KEPT_MS;
  }

  #show(entry: LogEntry, consumer: Consumer): void {
    consumer.sequence += 1;
    const { id, sequence } = consumer;
    // A server that lags behind says that this was all.
    const lags = this.random.chance(0.01) && !this.network.isLossless;
    const pending = lags ? 0 : this.#pendingFrom(consumer);
    this.#hand(consumer, { consumer: id, consumerSequence: sequence, entry, pending });
  }

  #isHeld({ stalledUntilMs, staleAfter, client }: Consumer): boolean {
    const isServed = this.source.hasLeader || staleAfter !== null;
    const isStalled = this.schedule.nowMs < stalledUntilMs || !isServed;
    return isStalled || this.network.isBlocked('log', client);
  }

  #pumpLater(consumer: Consumer): void {
    consumer.pumping = true;
    this.schedule.in(25, () => {
      consumer.pumping = false;
      this.#pump(consumer);
    });
  }

  #pendingFrom(consumer: Consumer): number {
    const end = Math.min(this.source.sequence, consumer.staleAfter ?? Infinity);
    if (consumer.next > end) return 0;
    const isAhead = (stored: StoredEntry): boolean =>
      stored.entry.sequence <= end && this.#isShown(stored, consumer);
    return this.source.from(consumer.next).filter(isAhead).length;
  }

  #hand(consumer: Consumer, delivery: Delivery): void {
    const arrival = this.schedule.nowMs + this.network.delayMs('log', consumer.client) * 0.7;
    consumer.lastArrivalMs = Math.max(consumer.lastArrivalMs, arrival);
    this.schedule.at(consumer.lastArrivalMs, () => {
      if (!consumer.closed) consumer.deliver(delivery);
    });
    if (this.random.chance(0.003)) {
      this.schedule.at(consumer.lastArrivalMs + this.random.between(0, 50), () =>
        consumer.deliver(delivery),
      );
    }
  }
}
