import type { Address } from '#contracts';
import type { BudgetRecord, ControlView, DeclineCause } from '#domain';
import { ApiProblem, type Clock } from '#platform';
import { exceeded, unavailable, warningOf } from './cap-marks.js';
import type { Answer, OpenBudget } from './open-budget.js';
import type { OpenBudgets } from './open-budgets.js';

export interface BudgetsOptions {
  readonly view: Pick<ControlView, 'budgets' | 'agent'>;
  readonly clock: Clock;
  readonly open: OpenBudgets;
  /** What came of each wish under a cap. */
  onOutcome(outcome: 'reserved' | DeclineCause): void;
}

/** By currency, in micro-units. */
export type Amounts = Readonly<Record<string, number>>;

export interface SpendingWish {
  readonly address: Address;
  /** The worst case. */
  readonly amounts: Amounts;
  /** Caps of the session that the act belongs to. */
  readonly session?: readonly BudgetRecord[];
}

export interface Part {
  readonly open: OpenBudget;
  readonly id: number;
  readonly amount: number;
}

/** Set aside under every cap that covers it; ends by `settle` or `release`, once. */
export class Reservation {
  constructor(readonly parts: readonly Part[]) {}

  /** What was spent in the end. @default all of it */
  settle(spent?: Amounts): void {
    for (const { open, id, amount } of this.parts)
      open.settle(id, spent?.[open.record.key.currency] ?? amount);
  }

  release(): void {
    for (const { open, id } of this.parts) open.settle(id, 0);
  }

  warnings(): readonly string[] {
    return this.parts.map(({ open }) => warningOf(open)).filter((warning) => warning !== null);
  }
}

const NOTHING = new Reservation([]);

/** What agents may spend: every cap that covers an act must have room for it. */
export class Budgets {
  constructor(private readonly options: BudgetsOptions) {}

  /** All caps that this agent's spending counts in. */
  covering(address: Address): readonly BudgetRecord[] {
    const { view } = this.options;
    return view.budgets.covering(address, view.agent(address)?.tags ?? []);
  }

  /**
   * Reserves the worst case under every cap that covers it, or nothing at all.
   *
   * @throws ApiProblem `budget_exceeded` where a cap has no room, `ledger_unavailable` where that cannot be known
   */
  async reserve({ address, amounts, session = [] }: SpendingWish): Promise<Reservation> {
    const counts = ({ key }: BudgetRecord): boolean => amounts[key.currency] !== undefined;
    const records = [...this.covering(address), ...session].filter(counts);
    if (records.length === 0) return NOTHING;
    const opened = await this.opened(records);
    const tries = opened.map((open) => this.tried(open, amounts[open.record.key.currency] ?? 0));
    const answers = await Promise.all(tries.map(({ answer }) => answer));
    const parts = tries.map(({ part }) => part);
    if (answers.every((answer) => answer === null)) {
      this.options.onOutcome('reserved');
      return new Reservation(parts);
    }
    parts.forEach(({ open, id }, index) => {
      if (answers[index] === null) open.settle(id, 0);
    });
    throw this.refusal(parts[answers.indexOf('exceeded')]);
  }

  private async opened(records: readonly BudgetRecord[]): Promise<readonly OpenBudget[]> {
    try {
      return await Promise.all(records.map((record) => this.options.open.open(record)));
    } catch (error) {
      this.options.onOutcome('unavailable');
      throw unavailable(error);
    }
  }

  private tried(open: OpenBudget, amount: number): { part: Part; answer: Promise<Answer> } {
    let id = 0;
    const answer = new Promise<Answer>((resolve) => (id = open.reserve(amount, resolve)));
    return { part: { open, id, amount }, answer };
  }

  /** One that is exceeded says more than one that cannot be known. */
  private refusal(exceeding: Part | undefined): ApiProblem {
    this.options.onOutcome(exceeding === undefined ? 'unavailable' : 'exceeded');
    if (exceeding === undefined) return unavailable();
    return exceeded(exceeding.open, exceeding.amount, this.options.clock.nowMs());
  }
}
