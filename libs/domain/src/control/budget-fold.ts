import { type ControlEvent, ledgerSubject, type OrgName } from '#contracts';
import { msOf } from '../time/timestamp.js';
import type { BudgetRecord } from './governance-records.js';

type Of<T extends ControlEvent['type']> = Extract<ControlEvent, { type: T }>;

/** So many top-ups of one budget are kept; the oldest go first. */
const TOP_UPS_MAX = 100;

/** The caps as they stand. What was spent under them is in the ledger. */
export class BudgetFold {
  readonly #budgets = new Map<string, BudgetRecord>();

  /** `id` as in `ledgerSubject`. */
  get(id: string): BudgetRecord | null {
    return this.#budgets.get(id) ?? null;
  }

  *all(org?: OrgName): Generator<BudgetRecord> {
    for (const budget of this.#budgets.values()) {
      if (org === undefined || budget.org === org) yield budget;
    }
  }

  set({ data, at }: Of<'BudgetSet'>, sequence: number): void {
    const { org, capMicro, alertPct, ...key } = data;
    const id = ledgerSubject(key);
    const topUps = this.#budgets.get(id)?.topUps ?? [];
    this.#budgets.set(id, { id, key, org, capMicro, alertPct, topUps, setAt: at, sequence });
  }

  remove({ data }: Of<'BudgetRemoved'>): void {
    this.#budgets.delete(ledgerSubject(data));
  }

  /** The same top-up twice counts once. */
  topUp({ data }: Of<'BudgetToppedUp'>, sequence: number): void {
    const budget = this.#budgets.get(ledgerSubject(data));
    if (budget === undefined) return;
    const { topUpId, amountMicro, until } = data;
    if (budget.topUps.some((known) => known.topUpId === topUpId)) return;
    const topUps = [...budget.topUps, { topUpId, amountMicro, untilMs: msOf(until) }];
    this.#budgets.set(budget.id, { ...budget, topUps: topUps.slice(-TOP_UPS_MAX), sequence });
  }
}
