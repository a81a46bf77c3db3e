import type { BudgetPeriod } from '#contracts';
import { periodAt, type Holder, type LedgerEntry, type LedgerFold } from '#domain';
import type { LedgerModel } from './ledger-model.js';
import type { Reference } from './reference.js';

/** Each promise of docs/adr/0011, by its number. */
export const INVARIANTS = ['B1', 'B2', 'B3', 'B4', 'B5', 'B6', 'B7'] as const;
export type Invariant = (typeof INVARIANTS)[number];

export interface Violation {
  readonly atMs: number;
  readonly invariant: Invariant;
  readonly detail: string;
}

export interface TrueCap {
  readonly atMs: number;
  readonly capMicro: number;
  readonly topUps: readonly { readonly amountMicro: number; readonly untilMs: number }[];
}

/** So long a gateway may act on a cap that was changed: its lease, and the way of what it sent. */
export const CAP_BOUND_MS = 700;
/** Without steps time is known to the millisecond; the checker looks every 100. */
const EXACT_MS = 100;
/** So long one may act on the time before a step of the log's clock: until it hears of an event stored after that. */
const STEP_BOUND_MS = 1700;
/** The same, where the way of an event may be as long as an append may hang. */
const ROUGH_STEP_BOUND_MS = 8000;
/** So many of each kind are told. */
const TOLD_MAX = 2;

interface Exposure {
  readonly period: number;
  amount: number;
}

/** Sees everything that really happens, and compares it with what was promised. */
export class Checker {
  readonly violations: Violation[] = [];
  /** What was really spent, or may be: by reservation; an authorization counts in the ledger instead. */
  readonly #exposed = new Map<string, Exposure>();
  readonly #sums = new Map<number, number>();
  readonly #opened = new Map<string, string>();
  readonly #caps: TrueCap[] = [];
  readonly #captures = new Map<string, { request: string; amount: number }>();
  readonly #authorized = new Set<string>();
  /** The log's clock at the end of each of the last steps of 100 ms. */
  readonly #clock: { atMs: number; shows: number }[] = [];

  constructor(
    private readonly per: BudgetPeriod,
    private readonly nowMs: () => number,
    private readonly reference: Reference,
    private readonly ledger: () => LedgerModel,
  ) {}

  /** Whether appends may take seconds. */
  isRough = false;
  /** Whether the log's clock steps. */
  hasSteps = false;

  cap(cap: TrueCap): void {
    this.#caps.push(cap);
  }

  /** Called every 100 ms. */
  tick(): void {
    this.#clock.push({ atMs: this.nowMs(), shows: this.ledger().clockMs });
    if (this.#clock.length > 100) this.#clock.shift();
  }

  /** The reservation may be spent from this moment on. */
  reserved(id: string, amount: number, period: number): void {
    this.#expose(id, { period, amount });
    const total = this.#total(period);
    const highest = Math.max(...this.#caps.map((cap) => this.#effective(cap, 0)));
    if (total > highest) this.fail('B1', `${total} spent and reserved, ${highest} is the cap`);
    const inForce = this.#highestInForce();
    if (amount > 0 && total > inForce && total <= highest)
      this.fail('B2', `${total} spent and reserved, ${inForce} is the lowered cap`);
    this.#checkPeriod(period);
  }

  settled(id: string, spent: number): void {
    const exposure = this.#exposed.get(id);
    if (exposure === undefined) return;
    this.#add(exposure.period, spent - exposure.amount);
    exposure.amount = spent;
  }

  /** The reservation is on its way to be this authorization. */
  authorizing(id: string, authorizationId: string): void {
    this.#opened.set(authorizationId, id);
  }

  authorized(authorizationId: string): void {
    this.#authorized.add(authorizationId);
  }

  captured(authorizationId: string, request: string, amount: number): void {
    const before = this.#captures.get(authorizationId);
    if (before !== undefined && before.request !== request)
      this.fail('B3', `${authorizationId} was captured twice: ${before.request} and ${request}`);
    this.#captures.set(authorizationId, { request, amount });
  }

  /** The log stored it: what it opened counts there from now on. */
  stored(entry: LedgerEntry): void {
    const { fact } = entry;
    if (fact?.type !== 'Authorized') return;
    const { authorizationId } = fact.data;
    const id = this.#opened.get(authorizationId);
    if (id === undefined || !this.reference.authorizations.has(authorizationId)) return;
    this.settled(id, 0);
  }

  /** A gateway's fold and the plain rules must say the same at the same place. */
  agrees(who: string, fold: LedgerFold): void {
    const wanted = this.reference.remainders[fold.position] ?? 0;
    if (fold.remainder !== wanted)
      this.fail('B3', `${who} at ${fold.position}: remainder ${fold.remainder}, not ${wanted}`);
  }

  /** At the end: what is told of the period before this one still counts there. */
  agreesOnPeriods(holder: Holder, fold: LedgerFold): void {
    for (const period of this.reference.keptPeriods()) {
      const [held, wanted] = [fold.holding(holder, period), this.reference.holding(holder, period)];
      if (held !== wanted)
        this.fail('B3', `${holder.gateway} holds ${held} of the period ${period}, not ${wanted}`);
    }
  }

  /** Declined for want of money: at some place that the gateway read meanwhile it must have been so. */
  exceeded(amount: number, from: number, to: number): void {
    const seen = this.reference.remainders.slice(from, to + 1);
    const least = Math.min(...seen);
    if (least >= amount)
      this.fail('B5', `${amount} was declined though ${least} could be granted all the time`);
  }

  /** Others had the time to give back what they hold idle. */
  hoarded(amount: number, idle: number): void {
    if (Math.max(0, this.reference.remainder()) + idle >= amount && idle > 0)
      this.fail('B5', `${amount} was declined while others kept ${idle} idle`);
  }

  /** At the end, when all is quiet: what was acknowledged stands there, once. */
  final(everythingStated: boolean): void {
    for (const id of this.#authorized)
      if (!this.reference.authorizations.has(id))
        this.fail('B3', `the authorization ${id} was acknowledged and is lost`);
    for (const [id, capture] of this.#captures)
      if (!this.#stands(id, capture))
        this.fail('B3', `the capture of ${id} was acknowledged and is lost`);
    if (!everythingStated) return;
    for (const [period, truly] of this.#sums) {
      const told = this.reference.spent(period) - this.reference.captured(period);
      if (told !== truly) this.fail('B3', `${truly} was spent, ${told} stands in the ledger`);
    }
  }

  fail(invariant: Invariant, detail: string): void {
    const known = this.violations.filter((violation) => violation.invariant === invariant);
    if (known.length >= TOLD_MAX) return;
    this.violations.push({ atMs: this.nowMs(), invariant, detail });
  }

  #stands(id: string, { request, amount }: { request: string; amount: number }): boolean {
    const known = this.reference.authorizations.get(id);
    return known?.end === 'captured' && known.request === request && known.captured === amount;
  }

  #checkPeriod(period: number): void {
    const shown = this.#shownSince();
    const begins = shown.map((shows) => periodAt(this.per, shows).startMs);
    if (begins.every((startMs) => startMs > period))
      this.fail('B6', 'an allotment was spent after its period was over');
  }

  #highestInForce(): number {
    const fromMs = this.nowMs() - CAP_BOUND_MS;
    const last = this.#caps.findLastIndex(({ atMs }) => atMs <= fromMs);
    const inForce = this.#caps.slice(Math.max(0, last));
    const earliest = Math.min(...this.#shownSince());
    return Math.max(...inForce.map((cap) => this.#effective(cap, earliest)));
  }

  #shownSince(): number[] {
    const sinceMs = this.nowMs() - this.#timeBoundMs();
    const shown = this.#clock.filter(({ atMs }) => atMs >= sinceMs);
    return [this.ledger().clockMs, ...shown.map(({ shows }) => shows)];
  }

  #timeBoundMs(): number {
    if (!this.hasSteps) return EXACT_MS;
    return this.isRough ? ROUGH_STEP_BOUND_MS : STEP_BOUND_MS;
  }

  #effective({ capMicro, topUps }: TrueCap, logMs: number): number {
    return topUps.reduce(
      (all, { amountMicro, untilMs }) => all + (untilMs > logMs ? amountMicro : 0),
      capMicro,
    );
  }

  #total(period: number): number {
    const { reference } = this;
    return (this.#sums.get(period) ?? 0) + reference.open(period) + reference.captured(period);
  }

  #expose(id: string, exposure: Exposure): void {
    this.#exposed.set(id, exposure);
    this.#add(exposure.period, exposure.amount);
  }

  #add(period: number, amount: number): void {
    this.#sums.set(period, (this.#sums.get(period) ?? 0) + amount);
  }
}
