import type { BudgetLedgerFact, GatewayId } from '#contracts';
import { Allotment } from './allotment.js';
import type { LedgerCap } from './budget-standing.js';
import type { LedgerFold } from './ledger-fold.js';
import type { LedgerEntry, LedgerOutcome } from './ledger-outcome.js';
import { OwnSayings } from './own-sayings.js';

/** What was not used for so long flows back; with the next tick and the way to the log that is within a second. */
const IDLE_AFTER_MS = 500;
/** What was spent is told this often. */
const STATE_EVERY_MS = 1000;
/** After somebody was short, nobody holds anything idle for so long. */
const RECALLED_FOR_MS = 1500;

export type SayingType = 'AllotmentAsked' | 'Stated' | 'Authorized';
export type SayingData<T extends SayingType> = Omit<
  Extract<BudgetLedgerFact, { type: T }>['data'],
  'gateway' | 'boot' | 'n' | 'floor'
>;
type Granted = Extract<LedgerOutcome, { kind: 'granted' }>;

export interface HoldingsOptions {
  readonly fold: LedgerFold;
  readonly holder: { readonly gateway: GatewayId; readonly boot: number };
  append(fact: BudgetLedgerFact): void;
}

/** What this run of a gateway holds under one budget, when it may be spent, and when it flows back. */
export class Holdings {
  readonly own: OwnSayings;
  #cap: LedgerCap | null = null;
  #current: Allotment;
  #previous: Allotment | null = null;
  /**
   * A saying of its own: sent then by its own monotonic clock, stored then by the log's. The log's clock shows no more
   * than that and the time since, whatever the wall clock here says.
   */
  #clocks = { sentMs: 0, storedAtMs: Infinity };
  #usedMs = -Infinity;
  #statedMs = -Infinity;
  #recalledMs = -Infinity;

  constructor(private readonly options: HoldingsOptions) {
    this.#current = new Allotment(options.fold.period);
    this.own = new OwnSayings(options.fold.nextSaying(options.holder));
  }

  get current(): Allotment {
    return this.#current;
  }

  /** The cap as the control log shows it. */
  get cap(): LedgerCap | null {
    return this.#cap;
  }

  set cap(cap: LedgerCap | null) {
    this.#cap = cap;
  }

  /** The control log shows a newer cap than the ledger. */
  get isBehind(): boolean {
    return this.#cap !== null && this.#cap.version > this.options.fold.version;
  }

  get isEmpty(): boolean {
    if (this.#holding(this.#current) > 0) return false;
    return this.#previous === null || this.#holding(this.#previous) === 0;
  }

  /** What may be spent at this moment without asking. */
  free(nowMs: number): number {
    return this.#mayUse(nowMs) ? this.#freeOf(this.#current) : 0;
  }

  /** What was said here before this one, and is not in the ledger, never will be. */
  get floor(): number {
    return this.options.fold.floorOf(this.options.holder);
  }

  used(nowMs: number): void {
    this.#usedMs = nowMs;
  }

  recalled(nowMs: number): void {
    this.#recalledMs = nowMs;
  }

  isOwn({ gateway, boot }: { readonly gateway: string; readonly boot: number }): boolean {
    const { holder } = this.options;
    return gateway === holder.gateway && boot === holder.boot;
  }

  /** The ledger went on to another period: what was granted in the last one is not spent any more. */
  turn(): void {
    const { period } = this.options.fold;
    if (period === this.#current.period) return;
    this.#previous = this.#current;
    this.#current = new Allotment(period);
  }

  /** The ledger took over a cap; where everything fits under it, what is held may still be spent. */
  capTaken({ fits, version, untilMs }: Extract<LedgerOutcome, { kind: 'cap' }>): void {
    if (!fits) return;
    this.#current.version = version;
    this.#current.untilMs = Math.min(this.#current.untilMs, untilMs);
  }

  /** What is mixed may be spent as long as the worse part of it. */
  granted({ amount, version, untilMs }: Granted): void {
    const held = this.#holding(this.#current) - amount;
    const hadNone = this.#current.free(held) === 0;
    this.#current.version = hadNone ? version : Math.min(this.#current.version, version);
    this.#current.untilMs = hadNone ? untilMs : Math.min(this.#current.untilMs, untilMs);
  }

  heard(n: number, { storedAtMs }: LedgerEntry): void {
    const sentMs = this.own.heard(n);
    if (sentMs !== null) this.#clocks = { sentMs, storedAtMs };
  }

  stated(n: number): void {
    this.#current.heard(n);
    this.#previous?.heard(n);
  }

  voided(n: number): void {
    this.#current.voided(n);
    this.#previous?.voided(n);
  }

  /** States what is due, and what nobody here needs. */
  giveBack(nowMs: number, isWaitedFor: boolean): void {
    const sinceMs = nowMs - Math.max(this.#usedMs, this.#statedMs);
    const isDue = sinceMs >= IDLE_AFTER_MS || nowMs - this.#statedMs >= STATE_EVERY_MS;
    const due = { isDue, nowMs };
    if (this.#previous !== null) this.#state(this.#previous, this.#freeOf(this.#previous), due);
    const flowsBack = this.#flowsBack(nowMs, isWaitedFor);
    this.#state(this.#current, flowsBack ? this.#freeOf(this.#current) : 0, due);
    if (this.own.needsFloor(nowMs)) this.#say(this.#current, 0, nowMs);
  }

  say<T extends SayingType>(type: T, data: SayingData<T>, nowMs: number): number {
    const { gateway, boot } = this.options.holder;
    const said = { gateway, boot, ...this.own.next(nowMs), ...data };
    this.options.append({ type, data: said } as unknown as BudgetLedgerFact);
    return said.n;
  }

  #flowsBack(nowMs: number, isWaitedFor: boolean): boolean {
    const { version } = this.#current;
    if (this.#cap === null || version < this.options.fold.version) return true;
    if (this.#isOver(nowMs)) return true;
    // What is asked for now comes on top of what is here: giving this back meanwhile would go round for ever.
    if (isWaitedFor) return false;
    return nowMs - this.#recalledMs < RECALLED_FOR_MS || nowMs - this.#usedMs >= IDLE_AFTER_MS;
  }

  #state(
    allotment: Allotment,
    returned: number,
    { isDue, nowMs }: { readonly isDue: boolean; readonly nowMs: number },
  ): void {
    if (returned > 0 || (allotment.unstated > 0 && isDue)) this.#say(allotment, returned, nowMs);
  }

  #say(allotment: Allotment, returnedMicro: number, nowMs: number): void {
    const { period, unstated: settledMicro } = allotment;
    const n = this.say('Stated', { period, settledMicro, returnedMicro }, nowMs);
    allotment.state(n, returnedMicro);
    this.#statedMs = nowMs;
  }

  #mayUse(nowMs: number): boolean {
    const { fold } = this.options;
    if (this.#cap === null || fold.isClosed || this.#isOver(nowMs)) return false;
    return this.#current.version >= Math.max(this.#cap.version, fold.version);
  }

  /** By the latest that the log's clock can show, and by what it has shown. */
  #isOver(nowMs: number): boolean {
    const { sentMs, storedAtMs } = this.#clocks;
    const latestMs = Math.max(this.options.fold.logTimeMs, storedAtMs + (nowMs - sentMs));
    return latestMs >= this.#current.untilMs;
  }

  #freeOf(allotment: Allotment): number {
    return allotment.free(this.#holding(allotment));
  }

  #holding({ period }: Allotment): number {
    return this.options.fold.holding(this.options.holder, period);
  }
}
