import { z } from 'zod';
import { BudgetPeriod } from '../events/budget.events.js';
import { Amount, Currency } from '../money.js';
import { Address, OrgName, Tag, Timestamp } from '../names.js';
import { Namespace } from '../selector.js';
import { Reason } from '../events/stop.events.js';
import { AgentParams } from './agent-wire.js';
import { CapMark } from './budget.routes.js';
import { nextCursor, ok, paging } from './paging.js';
import { defineRoute } from './route.js';
import { AddressText, Spread } from './stop-wire.js';

const dryRun = {
  /** `true`: says what would come of it, and changes nothing. */
  dry_run: z.enum(['true', 'false']).default('false'),
};

/** Whose spending a cap limits, as people write it: a tag without a namespace means the caller's org. */
export const BudgetScopeInput = z.union(
  [
    z.strictObject({ agent: AddressText }),
    z.strictObject({ tag: Tag, namespace: Namespace.optional() }),
    z.strictObject({ tag: Tag, org: OrgName }),
    z.strictObject({ namespace: Namespace }),
    z.strictObject({ org: OrgName }),
  ],
  'must be one of {"agent": …}, {"tag": …} (with "namespace" to narrow it), {"namespace": …} or {"org": …}',
);
export type BudgetScopeInput = z.infer<typeof BudgetScopeInput>;

const which = {
  currency: Currency.default(Currency.parse('usd')),
  per: BudgetPeriod,
};
const AlertShares = z
  .array(z.number().int().min(1).max(100))
  .max(10)
  .transform((shares) => [...new Set(shares)].toSorted((a, b) => a - b));
const cap = {
  ...which,
  /** For example `"10.00"`; `"0"` stops all spending. */
  cap: Amount,
  /** Shares of the cap, in per cent, at which somebody is told. @default [80] */
  alert_pct: AlertShares.default([80]),
};
const more = {
  ...which,
  amount: Amount,
  reason: Reason,
  /** When the cap holds again, at most a week from now; or `expires_in`. */
  until: Timestamp.nullish(),
  /** Seconds, at most a week. */
  expires_in: z.number().int().min(1).max(604_800).nullish(),
};

/** A budget, and how its account stands in the ledger. */
export const BudgetView = CapMark.extend({
  /** Without top-ups. */
  cap_alone: z.string(),
  topped_up: z.string(),
  top_ups: z.array(z.object({ top_up_id: z.string(), amount: z.string(), until: Timestamp })),
  alert_pct: z.array(z.number().int()),
  agent: Address.nullable(),
  set_at: Timestamp.nullable(),
  /** `true`: the ledger could not be read, so nothing is known of what was spent. */
  stale: z.boolean(),
});
export type BudgetView = z.infer<typeof BudgetView>;

const report = z.object({
  ...ok,
  /** `false`: it was so already, and nothing was recorded. */
  changed: z.boolean(),
  dry_run: z.boolean(),
  /** `null`: there is none any more. */
  budget: BudgetView.nullable(),
  ...Spread.partial().shape,
});
export type BudgetReport = z.infer<typeof report>;

const write = { kind: 'operator', permission: 'budget:write' } as const;
const read = { kind: 'operator', permission: 'mesh:read' } as const;

export const setAgentBudget = defineRoute({
  id: 'agents.budget.set',
  method: 'PUT',
  path: '/v1/mesh/agents/:address_id/budget',
  access: write,
  summary: 'Set the cap of an agent. It counts at once, also below what was spent already.',
  axme: false,
  params: AgentParams,
  query: z.object(dryRun),
  body: z.strictObject(cap),
  response: report,
});

export const getAgentBudget = defineRoute({
  id: 'agents.budget.get',
  method: 'GET',
  path: '/v1/mesh/agents/:address_id/budget',
  access: read,
  summary: 'Every cap that an agent spends under, its own and wider ones, and what is left.',
  axme: false,
  params: AgentParams,
  response: z.object({ ...ok, agent: Address, budgets: z.array(BudgetView) }),
});

export const removeAgentBudget = defineRoute({
  id: 'agents.budget.remove',
  method: 'DELETE',
  path: '/v1/mesh/agents/:address_id/budget',
  access: write,
  summary: 'Remove a cap of an agent: nothing of its own limits it any more.',
  axme: false,
  params: AgentParams,
  query: z.object({ ...which, ...dryRun }),
  response: report,
});

export const topUpAgentBudget = defineRoute({
  id: 'agents.budget.topUp',
  method: 'POST',
  path: '/v1/mesh/agents/:address_id/budget/top-up',
  access: write,
  summary: 'Break the glass: more may be spent until a time, then the cap holds again.',
  axme: false,
  params: AgentParams,
  query: z.object(dryRun),
  body: z.strictObject(more),
  response: report,
});

export const listBudgets = defineRoute({
  id: 'budgets.list',
  method: 'GET',
  path: '/v1/mesh/budgets',
  access: read,
  summary: 'The caps of the org, and how they stand.',
  axme: false,
  query: z.object({ org_id: OrgName.optional(), ...paging }),
  response: z.object({ ...ok, budgets: z.array(BudgetView), ...nextCursor }),
});

export const setBudget = defineRoute({
  id: 'budgets.set',
  method: 'PUT',
  path: '/v1/mesh/budgets',
  access: write,
  summary: 'Set a cap on an agent, on all agents with a tag, on a namespace or on an org.',
  axme: false,
  query: z.object(dryRun),
  body: z.strictObject({ scope: BudgetScopeInput, ...cap }),
  response: report,
});

export const removeBudget = defineRoute({
  id: 'budgets.remove',
  method: 'DELETE',
  path: '/v1/mesh/budgets',
  access: write,
  summary:
    'Remove a cap. Name its scope as in a selector: agent, tag (and namespace), namespace or org.',
  axme: false,
  query: z.object({
    agent: AddressText.optional(),
    tag: Tag.optional(),
    namespace: Namespace.optional(),
    org: OrgName.optional(),
    ...which,
    ...dryRun,
  }),
  response: report,
});

export const topUpBudget = defineRoute({
  id: 'budgets.topUp',
  method: 'POST',
  path: '/v1/mesh/budgets/top-up',
  access: write,
  summary: 'Break the glass of any cap: more may be spent until a time, then it holds again.',
  axme: false,
  query: z.object(dryRun),
  body: z.strictObject({ scope: BudgetScopeInput, ...more }),
  response: report,
});

export const budgetAdminRoutes = [
  setAgentBudget,
  getAgentBudget,
  removeAgentBudget,
  topUpAgentBudget,
  listBudgets,
  setBudget,
  removeBudget,
  topUpBudget,
] as const;
