import type { AppendAnswer, AppendOutput, Delivery, LogEntry, LogFact } from '#domain';
import type { Network } from './network.js';
import type { Random } from './random.js';
import type { Schedule } from './schedule.js';

const ECHO_KEPT_MS = 5_000;
const APPEND_TIMEOUT_MS = 2_000;

interface Consumer {
  readonly id: string;
  readonly client: string;
  readonly deliver: (delivery: Delivery) => void;
  next: number;
  sequence: number;
  lastArrivalMs: number;
  stalledUntilMs: number;
  pumping: boolean;
  closed: boolean;
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
  /** Whether entries that were acknowledged have been lost: nothing is promised about them any more. */
  rolledBack = false;

  constructor(
    private readonly schedule: Schedule,
    private readonly random: Random,
    private readonly network: Network,
    private readonly onStored: (entry: LogEntry) => void,
  ) {}

  get hasLeader(): boolean {
    return this.schedule.nowMs >= this.#leaderAtMs;
  }

  get entries(): readonly StoredEntry[] {
    return this.#entries;
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
    const hangs = this.random.chance(0.01) ? this.random.between(500, 4_000) : 0;
    const delay = this.network.delayMs(client, 'log') + hangs;
    this.schedule.in(delay, () => this.#arrive(client, request, settle));
  }

  subscribe(client: string, from: number, deliver: (delivery: Delivery) => void): string {
    for (const consumer of this.#consumers) if (consumer.client === client) consumer.closed = true;
    this.#consumers = this.#consumers.filter(({ closed }) => !closed);
    this.#consumerCount += 1;
    const consumer: Consumer = {
      id: `c${this.#consumerCount}`,
      client,
      deliver,
      next: from,
      sequence: 0,
      lastArrivalMs: 0,
      stalledUntilMs: 0,
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
    this.rolledBack = true;
    this.#entries = this.#entries.filter(({ entry }) => entry.sequence <= keep);
    this.#lastSequence = keep;
    this.#subjects = new Map();
    for (const consumer of this.#consumers) this.recreateConsumer(consumer.client);
  }

  heal(): void {
    this.#leaderAtMs = 0;
    for (const consumer of this.#consumers) consumer.stalledUntilMs = 0;
  }

  get sequence(): number {
    return this.#lastSequence;
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
      if (this.network.isBlocked('log', client) || this.random.chance(0.005)) return;
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
    this.onStored(entry);
    for (const consumer of this.#consumers) this.#pump(consumer);
    return entry.sequence;
  }

  #pump(consumer: Consumer): void {
    if (consumer.closed || consumer.pumping) return;
    const { nowMs } = this.schedule;
    if (this.#isHeld(consumer)) return this.#pumpLater(consumer);
    for (const stored of this.#from(consumer.next)) {
      consumer.next = stored.entry.sequence + 1;
      if (stored.entry.fact.kind === 'echo' && nowMs - stored.storedAtMs > ECHO_KEPT_MS) continue;
      consumer.sequence += 1;
      // A server that lags behind says that this was all.
      const pending = this.random.chance(0.01) ? 0 : this.#pendingFrom(consumer.next);
      const { id, sequence } = consumer;
      this.#hand(consumer, {
        consumer: id,
        consumerSequence: sequence,
        entry: stored.entry,
        pending,
      });
    }
  }

  #isHeld({ stalledUntilMs, client }: Consumer): boolean {
    const isStalled = this.schedule.nowMs < stalledUntilMs || !this.hasLeader;
    return isStalled || this.network.isBlocked('log', client);
  }

  #pumpLater(consumer: Consumer): void {
    consumer.pumping = true;
    this.schedule.in(25, () => {
      consumer.pumping = false;
      this.#pump(consumer);
    });
  }

  #pendingFrom(sequence: number): number {
    if (sequence > this.#lastSequence) return 0;
    const { nowMs } = this.schedule;
    const isKept = ({ entry, storedAtMs }: StoredEntry): boolean =>
      entry.fact.kind !== 'echo' || nowMs - storedAtMs <= ECHO_KEPT_MS;
    return this.#from(sequence).filter(isKept).length;
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
