import {
  formatSelector,
  orgOf,
  workspaceOf,
  type Selector,
  type StopMode,
  type StopPlan,
} from '#contracts';
import { covers, type AgentRecord, type ControlView } from '#domain';
import { ApiProblem, sha256Hex } from '#platform';

const SHOWN_MAX = 1000;

/** The agents that a selector covers now, by address. */
export const matchedAgents = (view: ControlView, selector: Selector): AgentRecord[] => {
  const candidates =
    'agent' in selector
      ? [view.agent(selector.agent)].filter((agent) => agent !== null)
      : [...view.agents(orgOf(selector), workspaceOf(selector) ?? undefined)];
  return candidates
    .filter((agent) => !agent.revoked && covers(selector, agent))
    .sort((a, b) => (a.address < b.address ? -1 : 1));
};

/** What a stop would hit. The plan's hash is equal exactly when mode, selector and every matched agent are. */
export const planStop = (view: ControlView, mode: StopMode, selector: Selector): StopPlan => {
  const agents = matchedAgents(view, selector);
  const shown = agents.map(({ addressId, address }) => {
    const stopped_already = view
      .holding(address)
      .some((order) => order.selector.capability === undefined);
    return { address_id: addressId, address, stopped_already };
  });
  return {
    ok: true,
    dry_run: true,
    plan: hashOf(mode, selector, agents),
    mode,
    selector,
    matched: agents.length,
    newly_stopped: shown.filter(({ stopped_already }) => !stopped_already).length,
    agents: shown.slice(0, SHOWN_MAX),
  };
};

/** @throws ApiProblem `plan_changed` with the plan of now */
export const requirePlan = (
  view: ControlView,
  plan: string,
  stop: { mode: StopMode; selector: Selector },
): void => {
  const now = planStop(view, stop.mode, stop.selector);
  if (now.plan === plan) return;
  throw new ApiProblem(
    'plan_changed',
    `The stop would hit ${now.matched} agents now, not those of the plan. Look again, or order it without a plan.`,
    { details: { plan: now.plan, matched: now.matched, newly_stopped: now.newly_stopped } },
  );
};

const hashOf = (mode: StopMode, selector: Selector, agents: readonly AgentRecord[]): string => {
  const parts = [mode, formatSelector(selector), ...agents.map(({ address }) => address)];
  return `plan_${sha256Hex(JSON.stringify(parts))}`;
};
