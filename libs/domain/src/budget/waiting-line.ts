/** Somebody waits for more than this gateway has in its hands. */
export interface Waiter {
  readonly id: number;
  readonly amount: number;
  readonly sinceMs: number;
  /** The ledger had not enough for it when it was asked. */
  isShort: boolean;
  /** When it was told so for the first time; the others give back from then on. */
  shortMs: number | null;
}

/** So long the others have to give back what they hold idle. */
const SHORT_WAIT_MS = 300;
/** So long the ledger has to answer. */
const ANSWER_WAIT_MS = 2000;
const WISH_MAX = 1_000_000_000_000_000;
/** More are declined at once. */
export const WAITERS_MAX = 10_000;

interface Means {
  /** At hand. */
  readonly free: number;
  /** All that this gateway could have. */
  readonly grantable: number;
  readonly perSecond: number;
}

/** First come, first served, but who cannot be served now holds up nobody. */
export class WaitingLine {
  #waiters: Waiter[] = [];

  get size(): number {
    return this.#waiters.length;
  }

  add(id: number, amount: number, sinceMs: number): void {
    this.#waiters.push({ id, amount, sinceMs, isShort: false, shortMs: null });
  }

  /** The first who may be served. */
  head(): Waiter | null {
    return this.#waiters.find(({ isShort }) => !isShort) ?? null;
  }

  /** What to ask the ledger for: at least for as many as can be served at all, first come, and for a second of spending. */
  wish({ free, grantable, perSecond }: Means): { neededMicro: number; wantedMicro: number } {
    let needed = 0;
    let wanted = 0;
    for (const { amount, isShort } of this.#waiters) {
      if (isShort) continue;
      if (needed === wanted && (needed === 0 || needed + amount <= grantable)) needed += amount;
      wanted += amount;
    }
    return {
      neededMicro: Math.min(WISH_MAX, needed - free),
      wantedMicro: Math.min(WISH_MAX, wanted - free + perSecond),
    };
  }

  remove(id: number): void {
    this.#waiters = this.#waiters.filter((waiter) => waiter.id !== id);
  }

  /** The ledger cannot grant more than this. */
  short(grantable: number, nowMs: number): void {
    for (const waiter of this.#waiters) {
      if (waiter.amount <= grantable) continue;
      waiter.isShort = true;
      waiter.shortMs ??= nowMs;
    }
  }

  /** It can grant so much now. */
  hope(grantable: number): void {
    for (const waiter of this.#waiters) if (waiter.amount <= grantable) waiter.isShort = false;
  }

  /** Takes those out whose time is over. */
  over(nowMs: number): readonly Waiter[] {
    const isOver = ({ sinceMs, isShort, shortMs }: Waiter): boolean =>
      nowMs - sinceMs >= ANSWER_WAIT_MS || (isShort && nowMs - (shortMs ?? nowMs) >= SHORT_WAIT_MS);
    const over = this.#waiters.filter(isOver);
    if (over.length > 0) this.#waiters = this.#waiters.filter((waiter) => !isOver(waiter));
    return over;
  }

  /** Takes all out. */
  clear(): readonly Waiter[] {
    const all = this.#waiters;
    this.#waiters = [];
    return all;
  }
}
