import {
  type ActivityEvent,
  activitySubject,
  partsOf,
  type RegionName,
  WHOLE_ORG,
} from '#contracts';
import type { PolicyEffect } from '#domain';
import type { AppendRequest } from '#event-store';
import { type Clock, record } from '#platform';

/** In whose name the evaluators write. */
const REGION = 'hub' as RegionName;
/** Where a fact about many agents is written: no agent's name begins so. */
const POLICIES_TOKEN = '~policies';

/** The fact in its envelope; the same fact has the same id whenever it is found, so the log keeps one. */
export const policyFactEvent = (
  { id, org, address, fact }: Extract<PolicyEffect, { kind: 'fact' }>,
  clock: Clock,
): AppendRequest<ActivityEvent> => {
  const place = address === null ? null : partsOf(address);
  const workspace = place?.workspace ?? null;
  const about = {
    actor: { kind: 'system', id: `policy:${org}/${fact.data.policy}`, via: 'policy' },
    ...{ org, workspace, correlationId: id },
  } as const;
  const agent = place?.name ?? POLICIES_TOKEN;
  return {
    subject: activitySubject(REGION, org, workspace ?? WHOLE_ORG, agent),
    event: record(fact, about, clock, { uuid: () => id }),
  };
};
