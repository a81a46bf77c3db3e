import { type Address, formatSelector, orgOf, type Selector, workspaceOf } from '#contracts';
import type { ControlView } from '../control/control-view.js';
import { covers } from './covers.js';

/** So many addresses are shown of a wide plan. */
export const PLAN_SAMPLE_MAX = 20;

/** What a stop would hit now. */
export interface StopPlan {
  readonly selector: Selector;
  /** All matched agents, in the order of their addresses. */
  readonly agents: readonly Address[];
  readonly count: number;
  readonly sample: readonly Address[];
  /** Equal exactly while selector and matched agents are; a stop that names it runs only then. */
  readonly hash: string;
}

const CHUNK = 1000;

/**
 * The blast radius before a wide stop: the agents that the selector covers at this moment, without the revoked, who can do
 * nothing any more. A literal address counts though nobody registered it: the stop would stand for it.
 *
 * @param hash SHA-256 as lower-case hex, or the like; it is handed the text in pieces of bounded length.
 */
export const planOf = (
  view: ControlView,
  selector: Selector,
  hash: (text: string) => string,
): StopPlan => {
  const agents = matched(view, selector).sort();
  let digest = hash(formatSelector(selector));
  for (let from = 0; from < agents.length; from += CHUNK) {
    digest = hash([digest, ...agents.slice(from, from + CHUNK)].join('\n'));
  }
  return {
    selector,
    agents,
    count: agents.length,
    sample: agents.slice(0, PLAN_SAMPLE_MAX),
    hash: digest,
  };
};

const matched = (view: ControlView, selector: Selector): Address[] => {
  if ('agent' in selector) return view.agent(selector.agent)?.revoked ? [] : [selector.agent];
  const found: Address[] = [];
  for (const agent of view.agents(orgOf(selector), workspaceOf(selector) ?? undefined)) {
    if (!agent.revoked && covers(selector, agent)) found.push(agent.address);
  }
  return found;
};
