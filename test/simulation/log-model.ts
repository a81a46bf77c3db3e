import {
  type AppendAnswer,
  type AppendOutput,
  isLasting,
  type LogEntry,
  type LogFact,
} from '#domain';
import {
  ECHO_KEPT_MS,
  LogConsumers,
  type StoredEntry,
  type Subscription,
} from './log-consumers.js';
import type { Network } from './network.js';
import type { Random } from './random.js';
import type { Schedule } from './schedule.js';

const APPEND_TIMEOUT_MS = 2_000;

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
  readonly #consumers: LogConsumers;
  #hanging = 0.01;
  #isSpared = '';

  constructor(
    private readonly schedule: Schedule,
    private readonly random: Random,
    private readonly network: Network,
    private readonly heard: {
      readonly onStored: (entry: LogEntry) => void;
      /** Everything after this is gone. */
      readonly onLost: (keep: number, lost: readonly LogEntry[]) => void;
    },
  ) {
    this.#consumers = new LogConsumers(schedule, random, network, this);
  }

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

  subscribe(subscription: Subscription): string {
    return this.#consumers.subscribe(subscription);
  }

  unsubscribe(client: string): void {
    this.#consumers.unsubscribe(client);
  }

  from(sequence: number): StoredEntry[] {
    let index = this.#entries.length;
    while (index > 0 && (this.#entries[index - 1] as StoredEntry).entry.sequence >= sequence)
      index -= 1;
    return this.#entries.slice(index);
  }

  // --- What goes wrong ---

  stall(client: string, forMs: number): void {
    this.#consumers.stall(client, forMs);
  }

  recreateConsumer(client: string): void {
    this.#consumers.recreate(client);
  }

  goStale(forMs: number): void {
    this.#consumers.goStale(forMs);
  }

  loseLeader(forMs: number): void {
    this.#leaderAtMs = Math.max(this.#leaderAtMs, this.schedule.nowMs + forMs);
  }

  /** Acknowledged entries are lost: a restored backup, or a disk that lied. */
  rollBack(keep: number): void {
    const lost = this.from(keep + 1).map(({ entry }) => entry);
    this.#entries = this.#entries.filter(({ entry }) => entry.sequence <= keep);
    this.#lastSequence = keep;
    this.#subjects = new Map();
    for (const { entry } of this.#entries) this.#subjects.set(entry.record.subject, entry.sequence);
    this.heard.onLost(keep, lost.filter(isLasting));
    this.#consumers.end();
  }

  /** All entries are gone; the stream goes on counting. */
  empty(): void {
    this.#clear(this.#lastSequence);
  }

  /** Another stream of the same name, which counts from 1. */
  replace(incarnation: string): void {
    this.#clear(0);
    this.#consumers.rewind();
    this.start(incarnation);
  }

  #clear(lastSequence: number): void {
    const lost = this.lasting();
    this.#entries = [];
    this.#subjects = new Map();
    this.#lastSequence = lastSequence;
    this.heard.onLost(0, lost);
    this.#consumers.end();
  }

  /** Appends take their time, or are stored when nobody waits for them any more; but not those of `isSpared`. */
  hang(share: number, isSpared = ''): void {
    this.#hanging = share;
    this.#isSpared = isSpared;
  }

  heal(): void {
    this.#leaderAtMs = 0;
    this.#hanging = 0;
    this.#consumers.heal();
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
    this.#consumers.pump();
    return entry.sequence;
  }

  #forgetEchoes(): void {
    const { nowMs } = this.schedule;
    this.#entries = this.#entries.filter(
      ({ entry, storedAtMs }) => entry.fact.kind !== 'echo' || nowMs - storedAtMs <= ECHO_KEPT_MS,
    );
  }
}
