import { z } from 'zod';
import { Reason } from '../events/stop.events.js';
import { Address, KeyId, OrgName, Timestamp, WorkspaceName } from '../names.js';
import { Role } from '../principal.js';
import { Moment, nextCursor, ok, paging } from './paging.js';
import { defineRoute } from './route.js';
import { Spread } from './stop-wire.js';

/** A key without its secret: an operator's (`op`) or an agent's (`sa`). */
export const KeyEntry = z.object({
  key_id: KeyId,
  kind: z.enum(['op', 'sa']),
  org_id: OrgName,
  /** `null`: the roles hold in the whole org. */
  workspace_id: WorkspaceName.nullable(),
  name: z.string(),
  roles: z.array(Role),
  mesh_wide: z.boolean(),
  agent_address: Address.nullable(),
  key_hint: z.string(),
  status: z.enum(['active', 'revoked', 'expired']),
  created_at: Timestamp,
  expires_at: Timestamp.nullable(),
  revoked_at: Timestamp.nullable(),
});
export type KeyEntry = z.infer<typeof KeyEntry>;

export const createKey = defineRoute({
  id: 'keys.create',
  method: 'POST',
  path: '/v1/keys',
  access: { kind: 'operator', permission: 'key:write' },
  summary: 'Issue a key with roles to a person or service. The token is shown once.',
  axme: false,
  body: z.strictObject({
    org_id: OrgName,
    /** Without it the roles hold in the whole org. */
    workspace_id: WorkspaceName.nullish(),
    roles: z
      .array(Role)
      .min(1)
      .max(Role.options.length)
      .transform((roles) => [...new Set(roles)]),
    name: z.string().trim().min(1).max(200),
    expires_at: Moment.nullish(),
    /** Roles hold in every org. Only a mesh-wide admin may give it. */
    mesh_wide: z.boolean().default(false),
  }),
  response: z.object({ ...ok, key: KeyEntry.extend({ token: z.string() }), ...Spread.shape }),
});

export const listKeys = defineRoute({
  id: 'keys.list',
  method: 'GET',
  path: '/v1/keys',
  access: { kind: 'operator', permission: 'mesh:read' },
  summary: 'The keys of an org, without their secrets.',
  axme: false,
  query: z.object({
    ...paging,
    org_id: OrgName.optional(),
    workspace_id: WorkspaceName.optional(),
    kind: z.enum(['op', 'sa']).optional(),
  }),
  response: z.object({ ...ok, keys: z.array(KeyEntry), ...nextCursor }),
});

export const revokeKey = defineRoute({
  id: 'keys.revoke',
  method: 'POST',
  path: '/v1/keys/:key_id/revoke',
  access: { kind: 'operator', permission: 'key:write' },
  summary: 'Revoke any key of the org: 401 at every gateway from now on.',
  axme: false,
  params: z.object({ key_id: z.string().min(1).max(63) }),
  body: z.strictObject({ reason: Reason.nullish() }),
  response: z.object({ ...ok, changed: z.boolean(), key: KeyEntry, ...Spread.shape }),
});

export const keyRoutes = [createKey, listKeys, revokeKey] as const;
