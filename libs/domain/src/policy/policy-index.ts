import { type Address, type OrgName, partsOf, type PolicyTarget, type Tag } from '#contracts';
import type { ControlView } from '../control/control-view.js';
import type { PolicyRecord } from '../control/governance-records.js';
import { type CompiledPolicy, compilePolicy, type LocalRule } from './compiled-policy.js';

/** What watches one agent. */
export interface AgentPolicies {
  readonly all: readonly CompiledPolicy[];
  /** The rules that a gateway decides by itself, of all of them. */
  readonly local: readonly LocalRule[];
}

/** What the index asks of the control view. */
export interface PolicyView {
  readonly policies: PoliciesRead;
  agent(address: Address): { readonly tags: readonly Tag[] } | null;
}
type PoliciesRead = Pick<ControlView['policies'], 'generation' | 'all' | 'restrictionsOf'>;

const NOBODY: AgentPolicies = { all: [], local: [] };
const NO_TAGS: readonly Tag[] = [];
const AGENTS_MAX = 100_000;

interface Known {
  readonly tags: readonly Tag[];
  readonly policies: AgentPolicies;
}

/**
 * Finds the policies that watch an agent. Policies are found by their target, and what was found is kept until the policies
 * or the agent's tags change, so how many policies there are makes no difference to who asks again.
 */
export class PolicyIndex {
  readonly #compiled = new WeakMap<PolicyRecord, CompiledPolicy>();
  readonly #byTarget = new Map<string, CompiledPolicy[]>();
  readonly #known = new Map<Address, Known>();
  #of: PoliciesRead | null = null;
  #generation = -1;

  policiesFor(view: PolicyView, address: Address): AgentPolicies {
    const { policies } = view;
    if (policies !== this.#of || policies.generation !== this.#generation) this.#rebuild(policies);
    if (this.#byTarget.size === 0) return NOBODY;
    const tags = view.agent(address)?.tags ?? NO_TAGS;
    const known = this.#known.get(address);
    if (known?.tags === tags) return known.policies;
    return this.#find(address, tags);
  }

  #find(address: Address, tags: readonly Tag[]): AgentPolicies {
    const { org, workspace } = partsOf(address);
    const scopes = [org, `${org}/${workspace}`];
    const keys = [
      address,
      ...tags.flatMap((tag) => scopes.map((scope) => `${tag}@${scope}`)),
      `${org}/${workspace}`,
      org,
    ];
    const all = keys.flatMap((key) => this.#byTarget.get(key) ?? []);
    const policies = all.length === 0 ? NOBODY : { all, local: all.flatMap(({ local }) => local) };
    if (this.#known.size >= AGENTS_MAX) this.#known.clear();
    this.#known.set(address, { tags, policies });
    return policies;
  }

  #rebuild(policies: PoliciesRead): void {
    this.#of = policies;
    this.#generation = policies.generation;
    this.#known.clear();
    this.#byTarget.clear();
    for (const record of policies.all()) {
      // The API refuses a target in another org; should one be in the log, it must reach nobody there.
      if (orgOfTarget(record.document.target, record.org) !== record.org) continue;
      const key = keyOfTarget(record.document.target, record.org);
      const others = this.#byTarget.get(key);
      const compiled = this.#compile(record);
      if (others) others.push(compiled);
      else this.#byTarget.set(key, [compiled]);
    }
  }

  #compile(record: PolicyRecord): CompiledPolicy {
    const known = this.#compiled.get(record);
    if (known) return known;
    const compiled = compilePolicy(record);
    this.#compiled.set(record, compiled);
    return compiled;
  }
}

const keyOfTarget = (target: PolicyTarget, org: OrgName): string => {
  if ('agent' in target) return target.agent;
  if ('tag' in target) {
    return `${target.tag}@${'namespace' in target ? target.namespace : (target.org ?? org)}`;
  }
  return 'namespace' in target ? target.namespace : target.org;
};

/** The org whose agents a target names; a tag without one means the policy's own. */
export const orgOfTarget = (target: PolicyTarget, own: OrgName): OrgName => {
  if ('agent' in target) return partsOf(target.agent).org;
  if ('namespace' in target) return target.namespace.split('/')[0] as OrgName;
  return target.org ?? own;
};

/** Whether a target is every agent of an org, also those to come. */
export const isOrgWide = (target: PolicyTarget): boolean => 'org' in target && !('tag' in target);
