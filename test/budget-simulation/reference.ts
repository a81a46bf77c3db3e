import type { BudgetLedgerFact } from '#contracts';
import type { LedgerEntry } from '#domain';

/**
 * The rules of the ledger once more, written as plainly as they read and without a thought of speed: what the fold must
 * agree with. Spending is looked at from here too, since this is what the log says and nobody's memory.
 */
interface ReferenceAuthorization {
  readonly amount: number;
  readonly period: number;
  readonly expiresAtMs: number;
  end: 'captured' | 'released' | 'expired' | null;
  captured: number;
  request: string | null;
}

type Of<T extends BudgetLedgerFact['type']> = Extract<BudgetLedgerFact, { type: T }>['data'];
type Saying = Of<'Stated'> | Of<'Authorized'> | Of<'AllotmentAsked'>;

const GRACE_MS = 2000;
const idOf = ({ gateway, boot }: { gateway: string; boot: number }): string => `${gateway}/${boot}`;
const sum = <T>(items: Iterable<T>, amountOf: (item: T) => number): number => {
  let all = 0;
  for (const item of items) all += amountOf(item);
  return all;
};
const itself = (amount: number): number => amount;

interface Book {
  readonly holding: Map<string, number>;
  readonly settled: Map<string, number>;
  readonly authorizations: ReferenceAuthorization[];
}

export class Reference {
  readonly authorizations = new Map<string, ReferenceAuthorization>();
  /** `remainders[s]` is what could be granted after the entry of sequence s. */
  readonly remainders: number[] = [0];
  readonly #books = new Map<number, Book>();
  #logTimeMs = 0;
  #cap: Of<'CapTaken'> | null = null;
  #period = -1;
  readonly #heard = new Set<string>();
  readonly #floors = new Map<string, number>();

  constructor(private readonly periodAt: (ms: number) => number) {}

  get period(): number {
    return this.#period;
  }

  get logTimeMs(): number {
    return this.#logTimeMs;
  }

  /** The newest two. */
  keptPeriods(): readonly number[] {
    return [...this.#books.keys()].toSorted((a, b) => b - a).slice(0, 2);
  }

  /** How many there were. */
  get periods(): number {
    return this.#books.size;
  }

  holding(holder: { gateway: string; boot: number }, period = this.#period): number {
    return this.#books.get(period)?.holding.get(idOf(holder)) ?? 0;
  }

  /** Settled and captured. */
  spent(period: number): number {
    const settled = this.#books.get(period)?.settled.values() ?? [];
    return sum(settled, itself) + this.captured(period);
  }

  captured(period: number): number {
    return sum(this.#books.get(period)?.authorizations ?? [], ({ captured }) => captured);
  }

  open(period: number): number {
    return sum(this.#books.get(period)?.authorizations ?? [], ({ amount, end }) =>
      end === null ? amount : 0,
    );
  }

  remainder(): number {
    const period = this.#period;
    const held = sum(this.#books.get(period)?.holding.values() ?? [], itself);
    return this.#effectiveCap() - held - this.spent(period) - this.open(period);
  }

  apply({ storedAtMs, fact }: LedgerEntry): void {
    this.#logTimeMs = Math.max(this.#logTimeMs, storedAtMs);
    this.#period = Math.max(this.#period, this.periodAt(this.#logTimeMs));
    this.#book(this.#period);
    for (const authorization of this.authorizations.values())
      if (authorization.end === null && authorization.expiresAtMs + GRACE_MS <= this.#logTimeMs)
        authorization.end = 'expired';
    if (fact !== null) this.#carryOut(fact);
    this.remainders.push(this.remainder());
  }

  #carryOut(fact: BudgetLedgerFact): void {
    switch (fact.type) {
      case 'CapTaken':
        if (fact.data.version > (this.#cap?.version ?? 0)) this.#cap = fact.data;
        return;
      case 'Captured':
        return this.#end(fact.data, 'captured', fact.data.amountMicro);
      case 'Released':
        return this.#end(fact.data, 'released', 0);
      default:
        if (this.#hears(fact.data)) this.#said(fact);
    }
  }

  #said(fact: Exclude<BudgetLedgerFact, { type: 'CapTaken' | 'Captured' | 'Released' }>): void {
    if (fact.type === 'AllotmentAsked') this.#ask(fact.data);
    else if (fact.type === 'Stated') this.#state(fact.data);
    else this.#authorize(fact.data);
  }

  #hears(saying: Saying): boolean {
    const id = idOf(saying);
    const floor = this.#floors.get(id) ?? 1;
    if (saying.n < floor || this.#heard.has(`${id}:${saying.n}`)) return false;
    this.#heard.add(`${id}:${saying.n}`);
    this.#floors.set(id, Math.max(floor, Math.min(saying.floor, saying.n)));
    return true;
  }

  #ask(ask: Of<'AllotmentAsked'>): void {
    const remainder = Math.max(0, this.remainder());
    if (remainder < ask.neededMicro || this.#isOver(ask)) return;
    const part = Math.floor(remainder / 16);
    const amount = Math.max(ask.neededMicro, Math.min(ask.wantedMicro, part));
    this.#add(this.#book(this.#period).holding, idOf(ask), amount);
  }

  /** A later run of the same gateway stands in this period, and this one does not. */
  #isOver({ gateway, boot }: Of<'AllotmentAsked'>): boolean {
    const { holding } = this.#book(this.#period);
    if (holding.has(idOf({ gateway, boot }))) return false;
    return [...holding.keys()].some((key) => {
      const [name, run] = key.split('/');
      return name === gateway && Number(run) > boot;
    });
  }

  #state(stated: Of<'Stated'>): void {
    const book = this.#kept(stated.period);
    if (book === null) return;
    this.#add(book.holding, idOf(stated), -stated.settledMicro - stated.returnedMicro);
    this.#add(book.settled, idOf(stated), stated.settledMicro);
  }

  #authorize(wish: Of<'Authorized'>): void {
    const { amountMicro: amount, authorizationId: id, period, expiresAtMs } = wish;
    const book = this.#kept(period);
    if (this.authorizations.has(id) || book === null) return;
    if ((book.holding.get(idOf(wish)) ?? 0) < amount) return;
    this.#add(book.holding, idOf(wish), -amount);
    const opened = { amount, period, expiresAtMs, end: null, captured: 0, request: null };
    this.authorizations.set(id, opened);
    book.authorizations.push(opened);
  }

  #end(
    { authorizationId, request }: { authorizationId: string; request: string },
    end: 'captured' | 'released',
    captured: number,
  ): void {
    const authorization = this.authorizations.get(authorizationId);
    if (authorization === undefined || authorization.end !== null) return;
    if (captured > authorization.amount) return;
    Object.assign(authorization, { end, captured, request });
  }

  #book(period: number): Book {
    const known = this.#books.get(period);
    if (known !== undefined) return known;
    const book = { holding: new Map(), settled: new Map(), authorizations: [] };
    this.#books.set(period, book);
    return book;
  }

  /** Of now and of the period before; all others are closed. */
  #kept(period: number): Book | null {
    return this.keptPeriods().includes(period) ? this.#book(period) : null;
  }

  #add(amounts: Map<string, number>, key: string, amount: number): void {
    amounts.set(key, (amounts.get(key) ?? 0) + amount);
  }

  #effectiveCap(): number {
    if (this.#cap === null) return 0;
    const topUps = this.#cap.topUps.filter(({ untilMs }) => untilMs > this.#logTimeMs);
    return this.#cap.capMicro + sum(topUps, ({ amountMicro }) => amountMicro);
  }
}
