import type {
  Actor,
  OrgName,
  PolicyDocument,
  PolicyEntry,
  RestrictionView,
  Watched,
} from '#contracts';
import { targets, type ControlView, type PolicyRecord, type RestrictionRecord } from '#domain';
import { canSee, toTimestamp } from '#platform';
import { namedActor } from '../control/named-actor.js';
import type { Operator } from '../control/operator.js';

const SAMPLE_MAX = 20;

export const policyEntry = (view: ControlView, record: PolicyRecord): PolicyEntry => ({
  org_id: record.org,
  name: record.policy,
  document: record.document,
  version: record.sequence,
  set_at: record.setAt,
  set_by: namedActor(view, record.by satisfies Actor),
});

/** A policy that nobody has set. */
export const draftEntry = (org: OrgName, document: PolicyDocument): PolicyEntry => ({
  org_id: org,
  name: document.name,
  document,
  version: null,
  set_at: null,
  set_by: null,
});

/** The agents within a policy's target that the caller can see. */
export const watchedBy = (
  view: ControlView,
  principal: Operator,
  { org, target }: { readonly org: OrgName; readonly target: PolicyDocument['target'] },
): Watched => {
  const watched = [...view.agents(org)]
    .filter((agent) => !agent.revoked && targets(target, org, agent))
    .filter(({ workspace }) => canSee(principal, org, workspace))
    .map(({ address }) => address)
    .sort();
  return { agents: watched.length, sample: watched.slice(0, SAMPLE_MAX) };
};

export const restrictionView = (restriction: RestrictionRecord): RestrictionView => ({
  address: restriction.address,
  policy: restriction.policy,
  rule: restriction.rule,
  breach_id: restriction.breachId,
  per_second: restriction.perSecond,
  until: toTimestamp(restriction.untilMs),
});
