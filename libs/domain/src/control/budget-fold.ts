import {
  type Address,
  type ControlEvent,
  ledgerSubject,
  type OrgName,
  partsOf,
  type Tag,
  WHOLE_ORG,
} from '#contracts';
import { msOf } from '../time/timestamp.js';
import type { BudgetRecord } from './governance-records.js';

type Of<T extends ControlEvent['type']> = Extract<ControlEvent, { type: T }>;

/** So many top-ups of one budget are kept; the oldest go first. */
const TOP_UPS_MAX = 100;

const NONE: readonly BudgetRecord[] = [];

const scopeOf = (id: string): string => id.slice(0, id.lastIndexOf('.'));

/** The caps as they stand. What was spent under them is in the ledger. */
export class BudgetFold {
  readonly #budgets = new Map<string, BudgetRecord>();
  /** By org and then by scope: the id without its last token. */
  readonly #scopes = new Map<string, Map<string, Map<string, BudgetRecord>>>();

  /** `id` as in `ledgerSubject`. */
  get(id: string): BudgetRecord | null {
    return this.#budgets.get(id) ?? null;
  }

  *all(org?: OrgName): Generator<BudgetRecord> {
    for (const budget of this.#budgets.values()) {
      if (org === undefined || budget.org === org) yield budget;
    }
  }

  /** All that this agent's spending counts in: its own, its tags', its namespace's, its org's. */
  covering(address: Address, tags: readonly Tag[]): readonly BudgetRecord[] {
    const { org, workspace, name } = partsOf(address);
    const scopes = this.#scopes.get(org);
    if (scopes === undefined) return NONE;
    const found: BudgetRecord[] = [];
    const look = (scope: string): void => {
      const budgets = scopes.get(scope);
      if (budgets !== undefined) found.push(...budgets.values());
    };
    look(`ledger.${org}.${workspace}.agent.${name}`);
    look(`ledger.${org}.${workspace}.namespace.${WHOLE_ORG}`);
    look(`ledger.${org}.${WHOLE_ORG}.org.${WHOLE_ORG}`);
    for (const tag of tags) {
      look(`ledger.${org}.${workspace}.tag.${tag}`);
      look(`ledger.${org}.${WHOLE_ORG}.tag.${tag}`);
    }
    return found;
  }

  set({ data, at }: Of<'BudgetSet'>, sequence: number): void {
    const { org, capMicro, alertPct, ...key } = data;
    const id = ledgerSubject(key);
    const topUps = this.#budgets.get(id)?.topUps ?? [];
    this.#put({ id, key, org, capMicro, alertPct, topUps, setAt: at, sequence });
  }

  remove({ data }: Of<'BudgetRemoved'>): void {
    const id = ledgerSubject(data);
    this.#budgets.delete(id);
    const scopes = this.#scopes.get(data.org);
    const scope = scopeOf(id);
    scopes?.get(scope)?.delete(id);
    if (scopes?.get(scope)?.size === 0) scopes.delete(scope);
    if (scopes?.size === 0) this.#scopes.delete(data.org);
  }

  /** The same top-up twice counts once. */
  topUp({ data }: Of<'BudgetToppedUp'>, sequence: number): void {
    const budget = this.#budgets.get(ledgerSubject(data));
    if (budget === undefined) return;
    const { topUpId, amountMicro, until } = data;
    if (budget.topUps.some((known) => known.topUpId === topUpId)) return;
    const topUps = [...budget.topUps, { topUpId, amountMicro, untilMs: msOf(until) }];
    this.#put({ ...budget, topUps: topUps.slice(-TOP_UPS_MAX), sequence });
  }

  #put(budget: BudgetRecord): void {
    this.#budgets.set(budget.id, budget);
    const scopes = this.#scopes.get(budget.org) ?? new Map<string, Map<string, BudgetRecord>>();
    this.#scopes.set(budget.org, scopes);
    const scope = scopeOf(budget.id);
    const budgets = scopes.get(scope) ?? new Map<string, BudgetRecord>();
    scopes.set(scope, budgets);
    budgets.set(budget.id, budget);
  }
}
