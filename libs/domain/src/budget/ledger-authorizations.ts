import type { BudgetLedgerFact, LedgerBalance } from '#contracts';
import type { Holder, LedgerBook } from './ledger-book.js';
import type { AuthorizedResult, EndResult } from './ledger-outcome.js';

type Of<T extends BudgetLedgerFact['type']> = Extract<BudgetLedgerFact, { type: T }>['data'];
type Wish = Pick<Of<'Authorized'>, 'authorizationId' | 'amountMicro' | 'period' | 'expiresAtMs'>;
type Books = (period: number) => LedgerBook | null;

type State = LedgerBalance['authorizations'][number];
type AuthorizationEnd = NonNullable<State['end']>;

/** An authorization as the ledger knows it. */
export interface LedgerAuthorization {
  readonly id: string;
  readonly amount: number;
  /** The period that it counts in: the one that its allotment was granted in. */
  readonly period: number;
  readonly expiresAtMs: number;
  /** `null`: open. */
  readonly end: AuthorizationEnd | null;
  readonly captured: number;
  /** Which request ended it. */
  readonly request: string | null;
}

/** So many may be open under one budget at once. */
export const OPEN_MAX = 2000;
/** So many that ended are remembered, to tell a second capture what became of them. */
const ENDED_MAX = 2000;
/** An authorization expires this long after its time, so that no capture sent in time comes too late. */
export const EXPIRY_GRACE_MS = 2000;

/** The open authorizations of one budget, and the last that ended. */
export class LedgerAuthorizations {
  readonly #open = new Map<string, LedgerAuthorization>();
  readonly #ended = new Map<string, LedgerAuthorization>();
  #nextExpiryMs = Infinity;

  static from(state: readonly State[]): LedgerAuthorizations {
    const all = new LedgerAuthorizations();
    for (const one of state) {
      if (one.end === null) all.#enter(one);
      else all.#ended.set(one.id, one);
    }
    return all;
  }

  get(id: string): LedgerAuthorization | null {
    return this.#open.get(id) ?? this.#ended.get(id) ?? null;
  }

  /** Takes the amount out of the gateway's hands; an id is opened once. */
  authorize(holder: Holder, wish: Wish, book: LedgerBook | null): AuthorizedResult {
    const { authorizationId: id, amountMicro: amount, period, expiresAtMs } = wish;
    const known = this.get(id);
    if (known !== null) return known.end === null ? 'known' : 'known_ended';
    if (book === null) return 'period_over';
    if (this.#open.size >= OPEN_MAX) return 'too_many';
    if (!book.move(holder, amount)) return 'uncovered';
    this.#enter({ id, amount, period, expiresAtMs, end: null, captured: 0, request: null });
    return 'opened';
  }

  /** Once, and of no more than was authorized. */
  capture({ authorizationId: id, amountMicro, request }: Of<'Captured'>, books: Books): EndResult {
    const known = this.get(id);
    if (known === null) return 'unknown';
    if (known.end !== null) return repeated(known, 'captured', request);
    if (amountMicro > known.amount) return 'above_authorization';
    this.#end(id, { end: 'captured', captured: amountMicro, request });
    books(known.period)?.close(known.amount, amountMicro);
    return 'captured';
  }

  release({ authorizationId: id, request }: Of<'Released'>, books: Books): EndResult {
    const known = this.get(id);
    if (known === null) return 'unknown';
    if (known.end !== null) return repeated(known, 'released', request);
    this.#end(id, { end: 'released', captured: 0, request });
    books(known.period)?.close(known.amount, 0);
    return 'released';
  }

  /** Ends those whose time is over by the log's clock, and names them. */
  expire(logTimeMs: number): readonly LedgerAuthorization[] {
    const limit = logTimeMs - EXPIRY_GRACE_MS;
    if (this.#nextExpiryMs > limit) return [];
    const over = [...this.#open.values()].filter(({ expiresAtMs }) => expiresAtMs <= limit);
    for (const { id } of over) this.#end(id, { end: 'expired', captured: 0, request: null });
    this.#nextExpiryMs = Infinity;
    for (const { expiresAtMs } of this.#open.values())
      this.#nextExpiryMs = Math.min(this.#nextExpiryMs, expiresAtMs);
    return over;
  }

  /** What those of a period that are over by then still hold. */
  overdue(period: number, atMs: number): number {
    let sum = 0;
    if (this.#nextExpiryMs > atMs - EXPIRY_GRACE_MS) return 0;
    for (const { amount, expiresAtMs, period: counts } of this.#open.values())
      if (counts === period && expiresAtMs <= atMs - EXPIRY_GRACE_MS) sum += amount;
    return sum;
  }

  strike(): State[] {
    return [...this.#ended.values(), ...this.#open.values()] as State[];
  }

  #enter(authorization: LedgerAuthorization): void {
    this.#open.set(authorization.id, authorization);
    this.#nextExpiryMs = Math.min(this.#nextExpiryMs, authorization.expiresAtMs);
  }

  #end(id: string, how: Pick<LedgerAuthorization, 'end' | 'captured' | 'request'>): void {
    const known = this.#open.get(id);
    if (known === undefined) return;
    this.#open.delete(id);
    this.#ended.set(id, { ...known, ...how });
    const [oldest] = this.#ended.keys();
    if (this.#ended.size > ENDED_MAX && oldest !== undefined) this.#ended.delete(oldest);
  }
}

/** The same request again gets the same answer. */
const repeated = (
  known: LedgerAuthorization,
  wanted: 'captured' | 'released',
  request: string,
): EndResult => {
  if (known.end === wanted && known.request === request) return wanted;
  if (known.end === 'captured') return 'already_captured';
  return known.end === 'released' ? 'already_released' : 'expired';
};
