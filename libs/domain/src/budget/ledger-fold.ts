import type { BudgetKey, BudgetLedgerFact, LedgerBalance } from '#contracts';
import { periodAt } from './budget-period.js';
import { type LedgerAuthorization, LedgerAuthorizations } from './ledger-authorizations.js';
import { type Holder, LedgerBook } from './ledger-book.js';
import type { EndResult, LedgerEntry, LedgerOutcome } from './ledger-outcome.js';
import { type BudgetStanding, CAP_MAX, type LedgerCap, standingOf } from './budget-standing.js';
import { Sayings } from './sayings.js';

type Of<T extends BudgetLedgerFact['type']> = Extract<BudgetLedgerFact, { type: T }>['data'];

/** One grant is at most such a part of what is left, unless more is needed: a crash loses little, the end is shared. */
const GRANT_PART = 16;
const NOTHING: LedgerOutcome = { kind: 'nothing' };

/**
 * One budget's ledger, folded: who was granted what, what was spent, what is left. Whoever applies the same events holds
 * the same account, so nobody has to be asked: the log's order decides. Periods, top-ups and expiries go by the log's own
 * time, which never goes back.
 *
 * Invariant: committed = Σ holding + Σ settled + open authorizations + captured; a grant never lets it exceed the cap.
 */
export class LedgerFold {
  #position = 0;
  #logTimeMs = 0;
  #count = 0;
  #isClosed = false;
  #cap: LedgerCap | null = null;
  #current: LedgerBook | null = null;
  #previous: LedgerBook | null = null;
  #sayings = new Sayings();
  #authorizations = new LedgerAuthorizations();

  readonly #books = (period: number): LedgerBook | null => this.#bookOf(period);

  constructor(readonly per: BudgetKey['per']) {}

  /** Goes on from a balance that was struck. */
  static from(balance: LedgerBalance): LedgerFold {
    const fold = new LedgerFold(balance.per);
    fold.#position = balance.position;
    fold.#logTimeMs = balance.logTimeMs;
    fold.#count = balance.count;
    fold.#cap = balance.cap;
    fold.#current = balance.current && LedgerBook.from(balance.current);
    fold.#previous = balance.previous && LedgerBook.from(balance.previous);
    fold.#sayings = Sayings.from(balance.sayings);
    fold.#authorizations = LedgerAuthorizations.from(balance.authorizations);
    return fold;
  }

  get position(): number {
    return this.#position;
  }

  /** Events since the first. */
  get count(): number {
    return this.#count;
  }

  /** The latest time at which an event was stored. */
  get logTimeMs(): number {
    return this.#logTimeMs;
  }

  /** Of the cap that the ledger has taken over; `0`: none yet. */
  get version(): number {
    return this.#cap?.version ?? 0;
  }

  /** It holds an event that this build cannot read: nothing can be said about it. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** The beginning of the period that grants count in now. */
  get period(): number {
    return this.#current?.period.startMs ?? 0;
  }

  /** What is neither spent nor in anybody's hands; below 0 where the cap is lower than that. */
  get remainder(): number {
    return this.#effectiveCap() - (this.#current?.committed ?? 0);
  }

  holding(holder: Holder, period: number): number {
    return this.#bookOf(period)?.holding(holder) ?? 0;
  }

  floorOf(holder: Holder): number {
    return this.#sayings.floorOf(holder);
  }

  /** The first number that this run of a gateway has not used. */
  nextSaying(holder: Holder): number {
    return this.#sayings.nextOf(holder);
  }

  authorization(id: string): LedgerAuthorization | null {
    return this.#authorizations.get(id);
  }

  /** The account as it stands at a moment, by the log's clock, under this cap. @default the cap that the ledger took over */
  standing(atMs: number, cap: LedgerCap | null = this.#cap): BudgetStanding {
    const now = Math.max(atMs, this.#logTimeMs);
    const period = periodAt(this.per, now);
    const isSame = this.#current !== null && this.#current.period.startMs === period.startMs;
    const figures = isSame ? this.#current?.figures() : undefined;
    const overdue = isSame ? this.#authorizations.overdue(period.startMs, now) : 0;
    return standingOf({ cap, period, figures, overdue, nowMs: now });
  }

  strike(): LedgerBalance {
    return {
      position: this.#position,
      logTimeMs: this.#logTimeMs,
      per: this.per,
      count: this.#count,
      cap: this.#cap,
      current: this.#current?.strike() ?? null,
      previous: this.#previous?.strike() ?? null,
      sayings: this.#sayings.strike(),
      authorizations: this.#authorizations.strike(),
    };
  }

  /** Applies the next event; one at or below the position was applied before. */
  apply({ sequence, storedAtMs, fact }: LedgerEntry): LedgerOutcome {
    if (sequence <= this.#position) return NOTHING;
    this.#position = sequence;
    this.#count += 1;
    this.#logTimeMs = Math.max(this.#logTimeMs, storedAtMs);
    const book = this.#roll();
    if (fact === null) {
      this.#isClosed = true;
      return NOTHING;
    }
    return this.#carryOut(fact, book);
  }

  #carryOut(fact: BudgetLedgerFact, book: LedgerBook): LedgerOutcome {
    switch (fact.type) {
      case 'CapTaken':
        return this.#takeCap(fact.data);
      case 'AllotmentAsked':
        return this.#ask(fact.data, book);
      case 'Stated':
        return this.#state(fact.data);
      case 'Authorized':
        return this.#authorize(fact.data);
      case 'Captured':
        return ended(fact.data, this.#authorizations.capture(fact.data, this.#books));
      case 'Released':
        return ended(fact.data, this.#authorizations.release(fact.data, this.#books));
    }
  }

  #takeCap(cap: Of<'CapTaken'>): LedgerOutcome {
    if (cap.version <= this.version) return NOTHING;
    this.#cap = cap;
    return {
      kind: 'cap',
      version: cap.version,
      fits: this.remainder >= 0,
      untilMs: this.#untilMs(),
    };
  }

  #ask({ gateway, boot, n, floor, ...ask }: Of<'AllotmentAsked'>, book: LedgerBook): LedgerOutcome {
    const said = { holder: { gateway, boot }, n };
    if (!this.#sayings.hear({ gateway, boot, n, floor }, this.period))
      return { kind: 'void', said };
    const needed = Math.max(1, ask.neededMicro);
    const remainder = book.hasRoomFor(said.holder) ? Math.max(0, this.remainder) : 0;
    if (remainder < needed) return { kind: 'short', said, needed, remainder };
    const amount = Math.max(needed, Math.min(ask.wantedMicro, Math.floor(remainder / GRANT_PART)));
    book.grant(said.holder, amount);
    const period = book.period.startMs;
    const untilMs = this.#untilMs();
    return { kind: 'granted', said, amount, period, version: this.version, untilMs };
  }

  #state({ gateway, boot, n, floor, ...stated }: Of<'Stated'>): LedgerOutcome {
    const said = { holder: { gateway, boot }, n };
    if (!this.#sayings.hear({ gateway, boot, n, floor }, this.period))
      return { kind: 'void', said };
    const { period, settledMicro, returnedMicro } = stated;
    this.#bookOf(period)?.state(said.holder, settledMicro, returnedMicro);
    return { kind: 'stated', said };
  }

  #authorize({ gateway, boot, n, floor, ...wish }: Of<'Authorized'>): LedgerOutcome {
    const said = { holder: { gateway, boot }, n };
    if (!this.#sayings.hear({ gateway, boot, n, floor }, this.period))
      return { kind: 'void', said };
    return {
      kind: 'authorized',
      said,
      result: this.#authorizations.authorize(said.holder, wish, this.#bookOf(wish.period)),
    };
  }

  /** The book of now. */
  #roll(): LedgerBook {
    const period = periodAt(this.per, this.#logTimeMs);
    if (this.#current === null || this.#current.period.startMs < period.startMs) {
      this.#previous = this.#current;
      this.#current = new LedgerBook(period);
      this.#sayings.forget(this.#previous?.period.startMs ?? 0);
    }
    for (const { amount, period: counted } of this.#authorizations.expire(this.#logTimeMs))
      this.#bookOf(counted)?.close(amount, 0);
    return this.#current;
  }

  #bookOf(period: number): LedgerBook | null {
    if (this.#current?.period.startMs === period) return this.#current;
    return this.#previous?.period.startMs === period ? this.#previous : null;
  }

  #effectiveCap(): number {
    if (this.#cap === null || this.#isClosed) return 0;
    const topped = this.#cap.topUps.reduce(
      (sum, { amountMicro, untilMs }) => sum + (untilMs > this.#logTimeMs ? amountMicro : 0),
      this.#cap.capMicro,
    );
    return Math.min(CAP_MAX, topped);
  }

  /** What is granted now may be spent until the period ends, or a top-up does. */
  #untilMs(): number {
    const endMs = this.#current?.period.endMs ?? Infinity;
    const ends = (this.#cap?.topUps ?? []).map(({ untilMs }) => untilMs);
    return Math.min(endMs, ...ends.filter((untilMs) => untilMs > this.#logTimeMs));
  }
}

const ended = ({ authorizationId, request }: Of<'Released'>, result: EndResult): LedgerOutcome => ({
  kind: 'ended',
  authorizationId,
  request,
  result,
});
