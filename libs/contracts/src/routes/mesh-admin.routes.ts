import { z } from 'zod';
import { Incarnation } from '../events/mesh.events.js';
import { Reason } from '../events/stop.events.js';
import { GatewayId, NodeId, SigningKeyId, Timestamp } from '../names.js';
import { NamedActor } from './order-record.js';
import { ok } from './paging.js';
import { defineRoute } from './route.js';

/** Whose signing key was asked to change. */
const Signer = {
  kind: z.enum(['gateway', 'node']),
  id: z.string(),
};

export const rotateKeys = defineRoute({
  id: 'mesh.keys.rotate',
  method: 'POST',
  path: '/v1/mesh/keys/rotate',
  access: { kind: 'operator', permission: 'mesh:admin' },
  summary: 'Let gateways and control nodes sign with new keys; all of them where none is named.',
  axme: false,
  body: z
    .strictObject({ gateway: GatewayId.optional(), node: NodeId.optional() })
    .refine(({ gateway, node }) => !gateway || !node, 'must name a gateway or a node, not both'),
  response: z.object({
    ...ok,
    /** Their new public keys are in the log. What they signed before stays good. */
    rotated: z.array(
      z.object({ ...Signer, old_key_id: SigningKeyId.nullable(), key_id: SigningKeyId }),
    ),
    /** They sign with their old keys still. */
    failed: z.array(z.object({ ...Signer, problem: z.string() })),
  }),
});

export const restoreLog = defineRoute({
  id: 'mesh.log.restored',
  method: 'POST',
  path: '/v1/mesh/log/restored',
  access: { kind: 'operator', permission: 'mesh:admin' },
  summary: 'Say that the control log was restored on purpose. Two people must say the same.',
  axme: false,
  body: z.strictObject({
    /** What the gateways have pinned; their alarm names it. */
    old: Incarnation,
    /** Of the log as it is now. */
    new: Incarnation,
    reason: Reason,
  }),
  response: z.object({
    ...ok,
    /** `needs_second` (202): nothing has changed yet; another person's same call makes it `restored` (200). */
    state: z.enum(['needs_second', 'restored']),
    old: Incarnation,
    new: Incarnation,
    requested_by: NamedActor,
    requested_at: Timestamp,
    confirmed_by: NamedActor.nullable(),
  }),
});

export const meshAdminRoutes = [rotateKeys, restoreLog] as const;
