import type { Principal } from '#contracts';
import type { Gate } from '../gate/gate.js';
import type { GatewayShared } from '../gateway-shared.js';
import type { SessionGate } from '../sessions/session-gate.js';
import { AuthorizationEnds } from './authorization-ends.js';
import { Authorizations } from './authorizations.js';
import { Budgets } from './budgets.js';
import { GuardCosts } from './guard-costs.js';
import { OpenBudgets } from './open-budgets.js';
import { sessionCaps } from './session-caps.js';

export interface BudgetPartsOptions extends GatewayShared {
  readonly gate: Gate;
  readonly sessions: SessionGate;
  readonly usdcAsUsd: boolean;
  /** `0` before this gateway is a member. */
  boot(): number;
}

/** Everything of a gateway that deals with money. */
export const budgetParts = (options: BudgetPartsOptions) => {
  const { logs, sessions, metrics } = options;
  const store = logs.ledger;
  const open = new OpenBudgets({ ...options, store, boot: firstOf(options.boot) });
  const onOutcome = (outcome: string): void => metrics.reservations.inc({ outcome });
  const budgets = new Budgets({ ...options, open, onOutcome });
  metrics.watchBudgets(open);
  return {
    open,
    budgets,
    costs: new GuardCosts(budgets),
    authorizations: new Authorizations({
      ...options,
      budgets,
      open,
      sessionCaps: async ({ principal }, id) =>
        (await sessions.lasting(principal as Principal, id)).line.flatMap(sessionCaps),
    }),
    ends: new AuthorizationEnds({ ...options, store, open }),
  };
};
export type BudgetParts = ReturnType<typeof budgetParts>;

/** What this process was granted it was granted under the number that it had first, whatever number it gets later. */
const firstOf = (boot: () => number): (() => number) => {
  let first = 0;
  return () => (first = first === 0 ? boot() : first);
};
