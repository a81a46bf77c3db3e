import { partsOf, type BreachRequest, type KeyId } from '#contracts';
import type { Caller } from '../control/operator.js';
import { policyActor } from './breach-ids.js';

/** A policy, where an operator would be: it reaches its own org, by the commands that it is let to give. */
export const policyCaller = ({ org, policy, address, breachId }: BreachRequest): Caller => ({
  principal: {
    kind: 'op',
    keyId: 'policy0000000000' as KeyId,
    name: policy,
    org,
    workspace: partsOf(address).workspace,
    workspaceOnly: false,
    meshWide: false,
    roles: [],
    permissions: new Set(),
  },
  actor: policyActor(org, policy),
  traceId: breachId,
  idempotencyKey: null,
});
