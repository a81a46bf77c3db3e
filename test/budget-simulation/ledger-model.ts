import type { BudgetLedgerFact } from '#contracts';
import type { LedgerEntry } from '#domain';
import type { Random } from '../simulation/random.js';
import type { Schedule } from '../simulation/schedule.js';

/** What may befall an append on its way. */
export interface LedgerFaults {
  /** Stored only seconds later, when its sender has long given up. */
  hang: number;
  /** Stored once more, with another delay. */
  duplicate: number;
  /** Never stored. */
  lose: number;
  /** The longest way of an ordinary append, milliseconds. */
  wayMsMax: number;
}

export interface Reader {
  onEntry(entry: LedgerEntry): void;
}

interface Subscription {
  readonly reader: Reader;
  next: number;
  isCut: boolean;
  isBusy: boolean;
}

/** One budget's subject in the stream: a total order, a clock of its own, and ways that lose, hang and double. */
export class LedgerModel {
  readonly entries: LedgerEntry[] = [];
  readonly #subscriptions = new Set<Subscription>();
  #clockMs: number;

  constructor(
    private readonly world: { readonly schedule: Schedule; readonly random: Random },
    private readonly faults: LedgerFaults,
    startMs: number,
    private readonly onStored: (entry: LedgerEntry) => void,
  ) {
    this.#clockMs = startMs;
  }

  /** What the clock of the log's leader shows. */
  get clockMs(): number {
    return this.#clockMs + Math.floor(this.world.schedule.nowMs);
  }

  /** Another leader, another clock. */
  stepClock(byMs: number): void {
    this.#clockMs += byMs;
  }

  /** From now on every append goes its ordinary way. */
  calmDown(): void {
    Object.assign(this.faults, { hang: 0, duplicate: 0, lose: 0 });
  }

  /** `true`: it goes its ordinary way. */
  append(fact: BudgetLedgerFact, isCut: boolean): boolean {
    const { random, schedule } = this.world;
    const { hang, duplicate, lose, wayMsMax } = this.faults;
    const way = (): number => random.between(0.5, wayMsMax);
    const isLost = random.chance(isCut ? 0.5 : lose);
    const hangs = isCut || random.chance(hang);
    if (!isLost) schedule.in(hangs ? random.between(500, 6000) : way(), () => this.#store(fact));
    if (random.chance(duplicate))
      schedule.in(way() + random.between(0, 3000), () => this.#store(fact));
    return !isLost && !hangs;
  }

  /** Hands over every entry from a sequence on, in order; `false` cuts the reader off. */
  subscribe(reader: Reader, from: number): (connected: boolean) => void {
    const subscription = { reader, next: from, isCut: false, isBusy: false };
    this.#subscriptions.add(subscription);
    this.#feed(subscription);
    return (connected) => {
      subscription.isCut = !connected;
      this.#feed(subscription);
    };
  }

  unsubscribeAll(reader: Reader): void {
    for (const subscription of this.#subscriptions)
      if (subscription.reader === reader) this.#subscriptions.delete(subscription);
  }

  #store(fact: BudgetLedgerFact): void {
    const entry = { sequence: this.entries.length + 1, storedAtMs: this.clockMs, fact };
    this.entries.push(entry);
    this.onStored(entry);
    for (const subscription of this.#subscriptions) this.#feed(subscription);
  }

  #feed(subscription: Subscription): void {
    if (subscription.isBusy || subscription.isCut) return;
    if (subscription.next > this.entries.length) return;
    subscription.isBusy = true;
    const { random, schedule } = this.world;
    schedule.in(random.between(0.2, 3), () => {
      subscription.isBusy = false;
      if (!this.#subscriptions.has(subscription) || subscription.isCut) return;
      while (subscription.next <= this.entries.length) {
        const entry = this.entries[subscription.next - 1] as LedgerEntry;
        subscription.next += 1;
        subscription.reader.onEntry(entry);
        if (!this.#subscriptions.has(subscription)) return;
      }
    });
  }
}
