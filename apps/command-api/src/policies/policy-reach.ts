import {
  orgOf,
  workspaceOf,
  type OrgName,
  type PolicyName,
  type PolicyTarget,
  type Selector,
} from '#contracts';
import type { ControlView, PolicyRecord } from '#domain';
import { ApiProblem, canSee, invalidFields } from '#platform';
import { requireReach, type Operator } from '../control/operator.js';

/** Whom a target means; a tag without an org means that of the policy. */
export const targetSelector = (target: PolicyTarget, org: OrgName): Selector =>
  'tag' in target && !('namespace' in target)
    ? { tag: target.tag, org: target.org ?? org }
    : (target as Exclude<PolicyTarget, { tag: unknown; org?: unknown }>);

/** The org that the caller means: its own, or for an admin of the whole mesh any. @throws ApiProblem `not_found` */
export const orgMeant = (view: ControlView, principal: Operator, asked?: OrgName): OrgName => {
  const org = asked ?? principal.org;
  const isReached = principal.meshWide || principal.org === org;
  if (isReached && view.organization(org) !== null) return org;
  throw new ApiProblem('not_found', `There is no org ${org} here.`);
};

/**
 * Refuses a target that the caller may not rule over.
 *
 * @throws ApiProblem `not_found` for another tenant's, `forbidden` for what is wider than the key, `invalid_field` where it
 * lies in another org than the policy
 */
export const requireTarget = (principal: Operator, target: PolicyTarget, org: OrgName): void => {
  const selector = targetSelector(target, org);
  requireReach(principal, orgOf(selector), workspaceOf(selector));
  if (orgOf(selector) === org) return;
  const message = `lies in ${orgOf(selector)}, and the policy in ${org}: add ?org_id=${orgOf(selector)}`;
  throw invalidFields([{ in: 'body', path: 'target', message }]);
};

/** Policies that are wider than the caller's workspace watch its agents too, so they can be read. */
export const maySeePolicy = (principal: Operator, { org, document }: PolicyRecord): boolean => {
  const workspace = workspaceOf(targetSelector(document.target, org));
  return canSee(principal, org, workspace) || (workspace === null && principal.org === org);
};

/** @throws ApiProblem `not_found` */
export const findPolicy = (
  view: ControlView,
  principal: Operator,
  { org, name }: { readonly org: OrgName; readonly name: PolicyName },
): PolicyRecord => {
  const record = view.policies.get(org, name);
  if (record !== null && maySeePolicy(principal, record)) return record;
  throw new ApiProblem('not_found', `There is no policy ${name} in ${org}.`);
};
