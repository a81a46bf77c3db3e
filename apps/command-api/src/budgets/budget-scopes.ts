import {
  Address,
  expandAddress,
  partsOf,
  type BudgetScope,
  type BudgetScopeInput,
  type OrgName,
  type WorkspaceName,
} from '#contracts';
import type { ControlView } from '#domain';
import { ApiProblem, invalidFields } from '#platform';
import { requireReach, type Operator } from '../control/operator.js';

export interface ReachedScope {
  readonly scope: BudgetScope;
  readonly org: OrgName;
  readonly workspace: WorkspaceName | null;
}

/** Whose spending is meant, within what the caller may rule over. @throws ApiProblem `invalid_field`, `not_found`, `forbidden` */
export const reachedScope = (
  view: ControlView,
  principal: Operator,
  input: BudgetScopeInput,
): ReachedScope => {
  const reached = placed(complete(principal, input));
  requireReach(principal, reached.org, reached.workspace);
  if (view.organization(reached.org) === null)
    throw new ApiProblem('not_found', `There is no org ${reached.org} here.`);
  if ('agent' in reached.scope && view.agent(reached.scope.agent) === null)
    throw new ApiProblem('not_found', `There is no agent ${reached.scope.agent} here.`);
  return reached;
};

/** A scope from the parts of a query. @throws ApiProblem `invalid_field` unless exactly one is named */
export const scopeOfQuery = (query: {
  readonly agent?: string | undefined;
  readonly tag?: Extract<BudgetScopeInput, { tag: unknown }>['tag'] | undefined;
  readonly namespace?: Extract<BudgetScopeInput, { namespace: unknown }>['namespace'] | undefined;
  readonly org?: OrgName | undefined;
}): BudgetScopeInput => {
  const { agent, tag, namespace, org } = query;
  const given = Object.entries({ agent, tag, namespace, org }).filter(([, value]) => value);
  const names = given.map(([name]) => name).join(' ');
  if (!NAMED.includes(names)) {
    const message =
      'name exactly one scope: agent, tag (with namespace or org to narrow it), namespace or org';
    throw invalidFields([{ in: 'query', path: 'agent', message }]);
  }
  return Object.fromEntries(given) as unknown as BudgetScopeInput;
};

const NAMED: readonly string[] = ['agent', 'tag', 'tag namespace', 'tag org', 'namespace', 'org'];

const complete = (principal: Operator, input: BudgetScopeInput): BudgetScope => {
  if ('agent' in input) return { agent: addressOf(principal, input.agent) };
  if (!('tag' in input)) return input;
  if ('org' in input) return input;
  const { tag, namespace } = input;
  return namespace === undefined ? { tag, org: principal.org } : { tag, namespace };
};

const placed = (scope: BudgetScope): ReachedScope => {
  if ('agent' in scope) {
    const { org, workspace } = partsOf(scope.agent);
    return { scope, org, workspace };
  }
  if ('namespace' in scope) {
    const [org, workspace] = scope.namespace.split('/') as [OrgName, WorkspaceName];
    return { scope, org, workspace };
  }
  return { scope, org: scope.org, workspace: null };
};

const addressOf = (principal: Operator, text: string): Address => {
  const parsed = Address.safeParse(expandAddress(text, principal.workspace));
  if (parsed.success) return parsed.data;
  const message = parsed.error.issues[0]?.message ?? 'is not an address';
  throw invalidFields([{ in: 'body', path: 'scope.agent', message }]);
};
