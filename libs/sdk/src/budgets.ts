import {
  authorizeSpending,
  captureSpending,
  getAgentBudget,
  listBudgets,
  releaseSpending,
  removeBudget,
  setBudget,
  topUpBudget,
} from '#contracts';
import type { BodyOf, Caller } from './http/caller.js';
import type { CallOptions } from './http/transport.js';

export interface BudgetChange {
  /** Says what would come of it, and changes nothing. */
  readonly dry_run?: boolean;
}

/** Whose spending, in what, per what. */
export interface BudgetNamed {
  readonly agent?: string;
  readonly tag?: string;
  readonly namespace?: string;
  readonly org?: string;
  /** @default usd */
  readonly currency?: string;
  readonly per: 'hour' | 'day' | 'month' | 'total';
}

/** What agents may spend: caps for operators, authorizations for agents. */
export class BudgetsApi {
  constructor(private readonly caller: Caller) {}

  /** Sets a cap on an agent, a tag, a namespace or an org; answers when every gateway has it, or says which has not. */
  set(body: BodyOf<typeof setBudget>, change: BudgetChange = {}, options?: CallOptions) {
    return this.caller.call(setBudget, { body, query: queryOf(change) }, options);
  }

  /** Every cap that this agent spends under, and what is left. */
  ofAgent(agent: string, options?: CallOptions) {
    return this.caller.call(getAgentBudget, { params: { address_id: agent } }, options);
  }

  list(
    query: { readonly org_id?: string; readonly limit?: number; readonly cursor?: string } = {},
    options?: CallOptions,
  ) {
    return this.caller.call(listBudgets, { query: { ...query } }, options);
  }

  remove(named: BudgetNamed, change: BudgetChange = {}, options?: CallOptions) {
    return this.caller.call(removeBudget, { query: { ...named, ...queryOf(change) } }, options);
  }

  /** Breaks the glass: more may be spent until then. The reason stands in the audit. */
  topUp(body: BodyOf<typeof topUpBudget>, change: BudgetChange = {}, options?: CallOptions) {
    return this.caller.call(topUpBudget, { body, query: queryOf(change) }, options);
  }

  /**
   * An agent sets an amount aside before it pays.
   *
   * @throws EstopError `budget_exceeded` with the cap that has no room, `unknown_currency`, `ledger_unavailable`
   */
  authorize(body: BodyOf<typeof authorizeSpending>, options?: CallOptions) {
    return this.caller.call(authorizeSpending, { body }, options);
  }

  /** The payment was made. Once; @throws EstopError `authorization_ended` */
  capture(body: BodyOf<typeof captureSpending>, options?: CallOptions) {
    return this.caller.call(captureSpending, { body }, options);
  }

  /** The payment will not be made. @throws EstopError `authorization_ended` */
  release(body: BodyOf<typeof releaseSpending>, options?: CallOptions) {
    return this.caller.call(releaseSpending, { body }, options);
  }
}

const queryOf = ({ dry_run: dryRun }: BudgetChange) => (dryRun ? { dry_run: 'true' as const } : {});
