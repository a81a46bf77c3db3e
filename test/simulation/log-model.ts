import {
  type AppendAnswer,
  type AppendOutput,
  type Delivery,
  isLasting,
  type LogEntry,
  type LogFact,
} from '#domain';
import type { Network } from './network.js';
import type { Random } from './random.js';
import type { Schedule } from './schedule.js';

const ECHO_KEPT_MS = 5_000;
const APPEND_TIMEOUT_MS = 2_000;
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

interface StoredEntry {
  readonly entry: LogEntry;
  readonly storedAtMs: number;
}

export const sizeOf = (fact: LogFact): number =>
  fact.kind === 'other' &&
  typeof fact.body === 'object' &&
  fact.body !== null &&
  'bytes' in fact.body
    ? Number(fact.body.bytes)
    : 300;

/** The control log as JetStream gives it, with what goes wrong there. Its name on the network is `log`. */
export class LogModel {
  #entries: StoredEntry[] = [];
  #subjects = new Map<string, number>();
  #lastSequence = 0;
  #leaderAtMs = 0;
  #consumers: Consumer[] = [];
  #consumerCount = 0;
  #staleUntilMs = 0;
  #staleAfter = 0;
  #hanging = 0.01;
  #isSpared = '';

  constructor(
    private readonly schedule: Schedule,
    private readonly random: Random,
    private readonly network: Network,
    private readonly heard: {
      readonly onStored: (entry: LogEntry) => void;
      /** Everything after this is gone. */
      readonly onLost: (keep: number) => void;
    },
  ) {}

  get hasLeader(): boolean {
    return this.schedule.nowMs >= this.#leaderAtMs;
  }

  /** All lasting events, in order. */
  lasting(): LogEntry[] {
    return this.#entries.map(({ entry }) => entry).filter(isLasting);
  }

  start(incarnation: string): void {
    this.#store('log', { kind: 'log-started', incarnation });
  }

  /** `answer` is called once, on the client's machine: by an answer or by its own timeout. */
  append(client: string, request: AppendOutput, answer: (answer: AppendAnswer) => void): void {
    let open = true;
    const settle = (outcome: AppendAnswer): void => {
      if (open) answer(outcome);
      open = false;
    };
    this.schedule.in(APPEND_TIMEOUT_MS, () => settle({ outcome: 'failed' }));
    if (this.network.isBlocked(client, 'log')) return;
    const mayHang = client !== this.#isSpared;
    const hangs =
      mayHang && this.random.chance(this.#hanging) ? this.random.between(500, 4_000) : 0;
    const delay = this.network.delayMs(client, 'log') + hangs;
    this.schedule.in(delay, () => this.#arrive(client, request, settle));
    // A client library that lost its connection sends again what had arrived.
    if (this.random.chance(this.#hanging / 3))
      this.schedule.in(delay + this.random.between(1, 900), () =>
        this.#arrive(client, request, settle),
      );
  }

  subscribe({ client, from, reads, deliver, onEnded }: Subscription): string {
    for (const consumer of this.#consumers) if (consumer.client === client) consumer.closed = true;
    this.#consumers = this.#consumers.filter(({ closed }) => !closed);
    this.#consumerCount += 1;
    const consumer: Consumer = {
      id: `c${this.#consumerCount}`,
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

  // --- What goes wrong ---

  loseLeader(forMs: number): void {
    this.#leaderAtMs = Math.max(this.#leaderAtMs, this.schedule.nowMs + forMs);
  }

  stall(client: string, forMs: number): void {
    const until = this.schedule.nowMs + forMs;
    for (const consumer of this.#consumers)
      if (consumer.client === client) consumer.stalledUntilMs = until;
  }

  /** The server loses a consumer and makes it anew, in silence: it counts from 1 and begins somewhere else. */
  recreateConsumer(client: string): void {
    for (const consumer of this.#consumers) {
      if (consumer.client !== client) continue;
      consumer.sequence = 0;
      const skip = this.random.chance(0.6);
      consumer.next = skip
        ? this.#lastSequence + 1
        : Math.max(1, consumer.next - this.random.whole(1, 30));
    }
  }

  /** Acknowledged entries are lost: a restored backup, or a disk that lied. */
  rollBack(keep: number): void {
    this.#entries = this.#entries.filter(({ entry }) => entry.sequence <= keep);
    this.#lastSequence = keep;
    this.#subjects = new Map();
    for (const { entry } of this.#entries) this.#subjects.set(entry.record.subject, entry.sequence);
    this.heard.onLost(keep);
    this.#endConsumers();
  }

  /** All entries are gone; the stream goes on counting. */
  empty(): void {
    this.#entries = [];
    this.#subjects = new Map();
    this.heard.onLost(0);
    this.#endConsumers();
  }

  /** Another stream of the same name, which counts from 1. */
  replace(incarnation: string): void {
    this.empty();
    this.#lastSequence = 0;
    for (const consumer of this.#consumers) if (consumer.next !== Infinity) consumer.next = 1;
    this.start(incarnation);
  }

  /** A deposed leader goes on answering reads for a while, with what it had. */
  goStale(forMs: number): void {
    this.#staleAfter = this.#lastSequence;
    this.#staleUntilMs = this.schedule.nowMs + forMs;
    for (const consumer of this.#consumers)
      if (this.random.chance(0.5)) consumer.staleAfter = this.#staleAfter;
    this.schedule.in(forMs, () => {
      for (const consumer of this.#consumers) consumer.staleAfter = null;
      for (const consumer of this.#consumers) this.#pump(consumer);
    });
  }

  /** Appends take their time, or are stored when nobody waits for them any more; but not those of `isSpared`. */
  hang(share: number, isSpared = ''): void {
    this.#hanging = share;
    this.#isSpared = isSpared;
  }

  heal(): void {
    this.#leaderAtMs = 0;
    this.#staleUntilMs = 0;
    this.#hanging = 0;
    for (const consumer of this.#consumers) {
      consumer.stalledUntilMs = 0;
      consumer.staleAfter = null;
      this.#pump(consumer);
    }
  }

  get sequence(): number {
    return this.#lastSequence;
  }

  // Consumers end with what they read from: the server makes them anew in silence, or they are missed after a while.
  #endConsumers(): void {
    for (const { client } of this.#consumers) this.recreateConsumer(client);
    for (const consumer of this.#consumers) {
      const isMissed = this.random.chance(0.5);
      consumer.next = isMissed ? Infinity : this.#lastSequence + 1;
      if (isMissed)
        this.schedule.in(this.random.between(20, MISSED_AFTER_MS), () => this.#missed(consumer));
    }
  }

  #missed(consumer: Consumer): void {
    if (!consumer.closed) consumer.onEnded();
  }

  #arrive(client: string, request: AppendOutput, settle: (answer: AppendAnswer) => void): void {
    if (!this.hasLeader) {
      // It hangs, and is stored after all, or it is forgotten with the old leader.
      if (this.random.chance(0.5)) {
        this.schedule.at(this.#leaderAtMs + this.random.between(0, 200), () =>
          this.#arrive(client, request, settle),
        );
      }
      return;
    }
    this.schedule.in(this.random.between(0.3, 2), () => {
      const answer = this.#decide(request);
      const isLost = this.random.chance(0.005) && !this.network.isLossless;
      if (isLost || this.network.isBlocked('log', client)) return;
      this.schedule.in(this.network.delayMs('log', client), () => settle(answer));
    });
  }

  #decide({ subject, expect, fact }: AppendOutput): AppendAnswer {
    if (expect !== null && (this.#subjects.get(subject) ?? 0) !== expect)
      return { outcome: 'exists' };
    return { outcome: 'stored', sequence: this.#store(subject, fact) };
  }

  #store(subject: string, fact: LogFact): number {
    this.#lastSequence += 1;
    const record = { subject, storedAtMs: this.schedule.nowMs, text: '' };
    const entry: LogEntry = { sequence: this.#lastSequence, bytes: sizeOf(fact), fact, record };
    this.#subjects.set(subject, entry.sequence);
    this.#entries.push({ entry, storedAtMs: this.schedule.nowMs });
    if (this.#lastSequence % 256 === 0) this.#forgetEchoes();
    this.heard.onStored(entry);
    for (const consumer of this.#consumers) this.#pump(consumer);
    return entry.sequence;
  }

  #forgetEchoes(): void {
    const { nowMs } = this.schedule;
    this.#entries = this.#entries.filter(
      ({ entry, storedAtMs }) => entry.fact.kind !== 'echo' || nowMs - storedAtMs <= ECHO_KEPT_MS,
    );
  }

  #pump(consumer: Consumer): void {
    if (consumer.closed || consumer.pumping) return;
    if (this.#isHeld(consumer)) return this.#pumpLater(consumer);
    for (const stored of this.#from(consumer.next)) {
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
    const isServed = this.hasLeader || staleAfter !== null;
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
    const end = Math.min(this.#lastSequence, consumer.staleAfter ?? Infinity);
    if (consumer.next > end) return 0;
    const isAhead = (stored: StoredEntry): boolean =>
      stored.entry.sequence <= end && this.#isShown(stored, consumer);
    return this.#from(consumer.next).filter(isAhead).length;
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

  #from(sequence: number): StoredEntry[] {
    let index = this.#entries.length;
    while (index > 0 && (this.#entries[index - 1] as StoredEntry).entry.sequence >= sequence)
      index -= 1;
    return this.#entries.slice(index);
  }
}
