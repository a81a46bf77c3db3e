import {
  controlSubject,
  partsOf,
  type Actor,
  type Address,
  type BreachId,
  type OrgName,
  type PolicyName,
  type StopOrderId,
} from '#contracts';
import type { StopOrder } from '#domain';

/** A breach and the stop that it leads to carry the same twenty characters, so each is found from the other. */
export const stopOrderIdOf = (breachId: BreachId): StopOrderId =>
  breachId.replace(/^breach_/, 'stop_') as StopOrderId;

const VIA = 'policy';

/** Whom the log names for what a policy did. */
export const policyActor = (org: OrgName, policy: PolicyName): Actor => ({
  kind: 'system',
  id: `policy:${org}/${policy}`,
  via: VIA,
});

export const breachSubject = (address: Address, breachId: BreachId): string => {
  const { org, workspace } = partsOf(address);
  return controlSubject(org, workspace, 'breach', breachId);
};

export const restrictionSubject = (address: Address, breachId: BreachId): string => {
  const { org, workspace } = partsOf(address);
  return controlSubject(org, workspace, 'restriction', breachId);
};

/** Where the breach stands in the log that led to this order; `null`: no policy ordered it. */
export const breachSubjectOf = ({ orderId, actor, selector }: StopOrder): string | null => {
  if (actor.kind !== 'system' || actor.via !== VIA || !('agent' in selector)) return null;
  return breachSubject(selector.agent, orderId.replace(/^stop_/, 'breach_') as BreachId);
};
