import type { BudgetLedgerFact, GatewayId } from '#contracts';
import type { AccountInput, AccountOutput, DeclineCause } from './account-words.js';
import type { Allotment } from './allotment.js';
import { Holdings } from './holdings.js';
import type { LedgerFold } from './ledger-fold.js';
import type { LedgerEntry, LedgerOutcome } from './ledger-outcome.js';
import { SpendingRate } from './spending-rate.js';
import { WaitingLine, WAITERS_MAX } from './waiting-line.js';

/** After a decline the next who want more than is left are declined at once, for so long. */
const EXHAUSTED_FOR_MS = 500;
/** What the ledger has not answered is asked again. */
const AGAIN_AFTER_MS = 400;
const NOTHING: readonly AccountOutput[] = [];

interface Reservation {
  readonly amount: number;
  readonly allotment: Allotment;
  /** On its way into the ledger: whatever its owner says, it is held until that is known. */
  isAuthorizing: boolean;
}
type Input<K extends AccountInput['kind']> = Extract<AccountInput, { kind: K }>;
type Said = Extract<LedgerOutcome, { said: unknown }>;

/**
 * One budget as one gateway spends it: from an allotment that the ledger granted to this run of it, under the cap that the
 * control log shows, in the period of the grant. It never takes the word of an append for anything: what stands in the
 * ledger counts, and what is under way is neither free nor given back. Its clock is monotonic.
 */
export class BudgetAccount {
  readonly #holdings: Holdings;
  readonly #reservations = new Map<number, Reservation>();
  readonly #authorizing = new Map<number, number>();
  readonly #line = new WaitingLine();
  readonly #rate = new SpendingRate();
  #connected = true;
  #asked: { readonly n: number; readonly atMs: number } | null = null;
  #exhaustedMs = -Infinity;
  #capSaidMs = -Infinity;
  readonly #out: AccountOutput[] = [];

  constructor(
    readonly fold: LedgerFold,
    holder: { readonly gateway: GatewayId; readonly boot: number },
  ) {
    const append = (fact: BudgetLedgerFact): void => {
      this.#out.push({ kind: 'append', fact });
    };
    this.#holdings = new Holdings({ fold, holder, append });
  }

  /** Whether it must be ticked, and kept. */
  get isActive(): boolean {
    const isBusy = this.#reservations.size > 0 || this.#line.size > 0;
    return isBusy || !this.#holdings.own.isAllHeard || !this.#holdings.isEmpty;
  }

  /** What may be spent at this moment without asking. */
  free(nowMs: number): number {
    return this.#holdings.free(nowMs);
  }

  step(input: AccountInput, nowMs: number): readonly AccountOutput[] {
    this.#take(input, nowMs);
    this.#serve(nowMs);
    this.#decline(nowMs);
    if (this.#connected) {
      this.#tellCap(nowMs);
      this.#ask(nowMs);
      this.#holdings.giveBack(nowMs, this.#line.head() !== null);
    }
    return this.#out.length > 0 ? this.#out.splice(0) : NOTHING;
  }

  #take(input: AccountInput, nowMs: number): void {
    switch (input.kind) {
      case 'reserve':
        return this.#wish(input, nowMs);
      case 'settle':
        return this.#end(input.id, input.spent, nowMs);
      case 'release':
        this.#line.remove(input.id);
        return this.#end(input.id, 0, nowMs);
      case 'authorize':
        return this.#authorize(input, nowMs);
      case 'entry':
        return this.#read(input.entry, nowMs);
      default:
        return this.#know(input);
    }
  }

  #know(input: Input<'cap' | 'connected' | 'tick'>): void {
    if (input.kind === 'connected') this.#connected = input.connected;
    if (input.kind !== 'cap') return;
    this.#holdings.cap = input.cap;
    // What is not there under one cap may be there under the next.
    this.#exhaustedMs = -Infinity;
    this.#line.hope(Infinity);
  }

  #wish({ id, amount }: Input<'reserve'>, nowMs: number): void {
    this.#rate.add(amount, nowMs);
    this.#holdings.used(nowMs);
    if (this.#line.head() === null && this.free(nowMs) >= amount) return this.#reserve(id, amount);
    const isExhausted = nowMs - this.#exhaustedMs < EXHAUSTED_FOR_MS;
    if (!this.#isAnswered || this.#line.size >= WAITERS_MAX) this.#refuse(id, 'unavailable');
    else if (isExhausted && amount > this.#grantable(nowMs)) this.#refuse(id, 'exceeded');
    else this.#line.add(id, amount, nowMs);
  }

  #reserve(id: number, amount: number): void {
    const allotment = this.#holdings.current;
    allotment.reserve(amount);
    this.#reservations.set(id, { amount, allotment, isAuthorizing: false });
    this.#out.push({ kind: 'reserved', id, period: allotment.period });
  }

  #refuse(id: number, why: DeclineCause): void {
    this.#out.push({ kind: 'declined', id, why });
  }

  #end(id: number, spent: number, nowMs: number): void {
    const reservation = this.#reservations.get(id);
    if (reservation === undefined || reservation.isAuthorizing) return;
    this.#reservations.delete(id);
    reservation.allotment.settle(reservation.amount, spent);
    this.#holdings.used(nowMs);
  }

  #authorize({ id, authorizationId, expiresAtMs }: Input<'authorize'>, nowMs: number): void {
    const reservation = this.#reservations.get(id);
    if (reservation === undefined || reservation.isAuthorizing) {
      this.#out.push({ kind: 'authorized', id, result: 'void' });
      return;
    }
    reservation.isAuthorizing = true;
    const { amount: amountMicro, allotment } = reservation;
    const data = { authorizationId, amountMicro, expiresAtMs, period: allotment.period };
    this.#authorizing.set(this.#holdings.say('Authorized', data, nowMs), id);
  }

  #read(entry: LedgerEntry, nowMs: number): void {
    const outcome = this.fold.apply(entry);
    this.#holdings.turn();
    if (outcome.kind === 'cap') this.#holdings.capTaken(outcome);
    if (outcome.kind === 'ended') this.#out.push(outcome);
    if ('said' in outcome) this.#hear(outcome, entry, nowMs);
    for (const n of this.#holdings.own.voided(this.#holdings.floor)) this.#voided(n);
    this.#line.hope(this.#grantable(nowMs));
  }

  #hear(outcome: Said, entry: LedgerEntry, nowMs: number): void {
    const { holder, n } = outcome.said;
    if (!this.#holdings.isOwn(holder)) {
      if (outcome.kind === 'short') this.#holdings.recalled(nowMs);
      return;
    }
    if (outcome.kind === 'void') return;
    this.#holdings.heard(n, entry);
    if (n === this.#asked?.n) this.#asked = null;
    this.#learn(outcome, nowMs);
  }

  #learn(outcome: Exclude<Said, { kind: 'void' }>, nowMs: number): void {
    switch (outcome.kind) {
      case 'granted':
        return this.#holdings.granted(outcome);
      case 'short':
        // Under an older cap nobody is short for good.
        if (this.#holdings.isBehind) return;
        return this.#line.short(outcome.remainder + this.free(nowMs), nowMs);
      case 'stated':
        return this.#holdings.stated(outcome.said.n);
      case 'authorized':
        return this.#authorized(outcome.said.n, outcome.result);
    }
  }

  #authorized(n: number, result: Extract<AccountOutput, { kind: 'authorized' }>['result']): void {
    const id = this.#authorizing.get(n);
    const reservation = this.#reservations.get(id ?? 0);
    if (id === undefined || reservation === undefined) return;
    this.#authorizing.delete(n);
    this.#reservations.delete(id);
    reservation.allotment.settle(reservation.amount, 0);
    this.#out.push({ kind: 'authorized', id, result });
  }

  #voided(n: number): void {
    if (n === this.#asked?.n) this.#asked = null;
    this.#holdings.voided(n);
    this.#authorized(n, 'void');
  }

  #serve(nowMs: number): void {
    for (let head = this.#line.head(); head !== null; head = this.#line.head()) {
      if (this.free(nowMs) < head.amount) return;
      this.#line.remove(head.id);
      this.#reserve(head.id, head.amount);
    }
  }

  #decline(nowMs: number): void {
    const over = this.#isAnswered ? this.#line.over(nowMs) : this.#line.clear();
    for (const { id, isShort } of over) {
      const isExceeded = isShort && this.#isAnswered;
      if (isExceeded) this.#exhaustedMs = nowMs;
      this.#refuse(id, isExceeded ? 'exceeded' : 'unavailable');
    }
  }

  get #isAnswered(): boolean {
    return this.#connected && !this.fold.isClosed && this.#holdings.cap !== null;
  }

  /** Whoever needs the ledger first tells it of a newer cap. */
  #tellCap(nowMs: number): void {
    const { cap, isEmpty, isBehind } = this.#holdings;
    if (cap === null || !isBehind) return;
    if ((this.#line.size === 0 && isEmpty) || nowMs - this.#capSaidMs < AGAIN_AFTER_MS) return;
    this.#capSaidMs = nowMs;
    this.#out.push({ kind: 'append', fact: { type: 'CapTaken', data: cap } });
  }

  #ask(nowMs: number): void {
    if (this.#line.head() === null) return;
    if (this.#asked !== null && nowMs - this.#asked.atMs < AGAIN_AFTER_MS) return;
    const perSecond = this.#rate.perSecond(nowMs);
    const about = { free: this.free(nowMs), grantable: this.#grantable(nowMs), perSecond };
    const n = this.#holdings.say('AllotmentAsked', this.#line.wish(about), nowMs);
    this.#asked = { n, atMs: nowMs };
  }

  /** What this gateway could spend next, all in all. */
  #grantable(nowMs: number): number {
    return Math.max(0, this.fold.remainder) + this.free(nowMs);
  }
}
