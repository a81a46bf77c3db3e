import type { AuthorizationId, BudgetLedgerFact, LedgerEvent } from '#contracts';
import {
  BudgetAccount,
  type AccountInput,
  type AccountOutput,
  type AuthorizedResult,
  type BudgetRecord,
  type BudgetStanding,
  type DeclineCause,
  type EndResult,
  type LedgerCap,
  type LedgerFold,
} from '#domain';
import type { Stored } from '#event-store';
import type { Clock } from '#platform';

export interface OpenBudgetOptions {
  readonly fold: LedgerFold;
  readonly holder: ConstructorParameters<typeof BudgetAccount>[1];
  readonly clock: Clock;
  readonly record: BudgetRecord;
  append(budget: OpenBudget, fact: BudgetLedgerFact): void;
}

/** `null`: reserved. */
export type Answer = DeclineCause | null;

/** The ledger says it to whoever waits; when nobody does, nobody is told. */
type Told<T> = (what: T) => void;

/** One budget at this gateway: the account, and who waits for what of it. */
export class OpenBudget {
  readonly account: BudgetAccount;
  usedMs = 0;
  #record: BudgetRecord;
  #lastId = 0;
  readonly #reserving = new Map<number, Told<Answer>>();
  readonly #authorizing = new Map<number, Told<AuthorizedResult | 'void'>>();
  readonly #ending = new Map<string, Told<EndResult>>();

  constructor(private readonly options: OpenBudgetOptions) {
    this.#record = options.record;
    this.account = new BudgetAccount(options.fold, options.holder);
    this.show(options.record);
  }

  get record(): BudgetRecord {
    return this.#record;
  }

  /** Whether it must be kept in memory. */
  get isActive(): boolean {
    return this.account.isActive || this.#ending.size > 0;
  }

  /** How it stands under the cap of now. */
  standing(): BudgetStanding {
    return this.account.fold.standing(this.options.clock.nowMs(), capOf(this.#record));
  }

  /** The cap as the control log shows it. */
  show(record: BudgetRecord | null): void {
    if (record !== null) this.#record = record;
    this.step({ kind: 'cap', cap: record && capOf(record) });
  }

  /** Reserves at once where the allotment covers it; else `told` hears later. The number names the reservation. */
  reserve(amount: number, told: Told<Answer>): number {
    const { clock } = this.options;
    this.usedMs = clock.monotonicMs();
    const id = (this.#lastId += 1);
    this.#reserving.set(id, told);
    this.step({ kind: 'reserve', id, amount });
    return id;
  }

  settle(id: number, spent: number): void {
    this.#reserving.delete(id);
    this.step(spent === 0 ? { kind: 'release', id } : { kind: 'settle', id, spent });
  }

  /** The events that make an authorization of a reservation: to be stored together with those of other budgets. */
  authorize(
    id: number,
    authorization: { readonly authorizationId: AuthorizationId; readonly expiresAtMs: number },
    told: Told<AuthorizedResult | 'void'>,
  ): readonly BudgetLedgerFact[] {
    this.#authorizing.set(id, told);
    const facts: BudgetLedgerFact[] = [];
    this.step({ kind: 'authorize', id, ...authorization }, (fact) => {
      if (fact.type === 'Authorized') facts.push(fact);
      else this.options.append(this, fact);
    });
    return facts;
  }

  /** Hears what comes of a request to end an authorization, until `forget`. */
  awaitEnd(request: string, told: Told<EndResult>): void {
    this.usedMs = this.options.clock.monotonicMs();
    this.#ending.set(request, told);
  }

  forgetEnd(request: string): void {
    this.#ending.delete(request);
  }

  hear({ sequence, storedAtMs, decoded }: Stored<LedgerEvent>): void {
    const fact = decoded.known ? factOf(decoded.event) : null;
    if (fact !== undefined) this.step({ kind: 'entry', entry: { sequence, storedAtMs, fact } });
  }

  step(
    input: AccountInput,
    append: (fact: BudgetLedgerFact) => void = (fact) => this.options.append(this, fact),
  ): void {
    for (const output of this.account.step(input, this.options.clock.monotonicMs())) {
      if (output.kind === 'append') append(output.fact);
      else this.tell(output);
    }
  }

  private tell(output: Exclude<AccountOutput, { kind: 'append' }>): void {
    if (output.kind === 'reserved') tell(this.#reserving, output.id, null);
    else if (output.kind === 'declined') tell(this.#reserving, output.id, output.why);
    else if (output.kind === 'authorized') tell(this.#authorizing, output.id, output.result);
    else tell(this.#ending, output.request, output.result);
  }
}

/** Once. */
const tell = <K, T>(waiting: Map<K, Told<T>>, key: K, what: T): void => {
  const told = waiting.get(key);
  waiting.delete(key);
  told?.(what);
};

/** `undefined`: it is about a budget, and none of its account. */
const factOf = (event: LedgerEvent): BudgetLedgerFact | undefined =>
  event.type === 'AuthorizationOpened' || event.type === 'BalanceStruck' ? undefined : event;

export const capOf = ({
  key,
  org,
  sequence,
  capMicro,
  alertPct,
  topUps,
}: BudgetRecord): LedgerCap => ({
  ...key,
  org,
  version: sequence,
  capMicro,
  alertPct: [...alertPct],
  topUps: topUps.map(({ amountMicro, untilMs }) => ({ amountMicro, untilMs })),
});
