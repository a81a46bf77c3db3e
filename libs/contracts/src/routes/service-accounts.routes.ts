import { z } from 'zod';
import {
  Address,
  KeyId,
  NamePart,
  OrgName,
  ServiceAccountId,
  Timestamp,
  WorkspaceName,
} from '../names.js';
import { Moment, nextCursor, ok, paging } from './paging.js';
import { defineRoute } from './route.js';
import { AddressText, Spread } from './stop-wire.js';

const OVERLAP_SECONDS_MAX = 30 * 24 * 3600;
const ActorNote = z.string().max(200).nullish();

/** One agent's identity. */
export const ServiceAccount = z.object({
  service_account_id: ServiceAccountId,
  org_id: OrgName,
  workspace_id: WorkspaceName,
  name: z.string(),
  description: z.string().nullable(),
  status: z.enum(['active', 'suspended', 'revoked']),
  /** A note from the request. Who did it stands in the audit log. */
  created_by_actor_id: z.string().nullable(),
  created_at: Timestamp,
  updated_at: Timestamp,
  agent_address: Address,
});
export type ServiceAccount = z.infer<typeof ServiceAccount>;

export const ServiceAccountKey = z.object({
  key_id: KeyId,
  service_account_id: ServiceAccountId,
  key_hint: z.string(),
  status: z.enum(['active', 'revoked', 'expired']),
  created_by_actor_id: z.string().nullable(),
  created_at: Timestamp,
  expires_at: Timestamp.nullable(),
  revoked_at: Timestamp.nullable(),
});
export type ServiceAccountKey = z.infer<typeof ServiceAccountKey>;

const account = z.object({ service_account_id: z.string().min(1).max(63) });

export const createServiceAccount = defineRoute({
  id: 'service_accounts.create',
  method: 'POST',
  path: '/v1/service-accounts',
  access: { kind: 'operator', permission: 'agent:write' },
  summary: 'Register an agent: its service account and its address.',
  axme: true,
  body: z.strictObject({
    org_id: OrgName,
    workspace_id: WorkspaceName,
    name: NamePart,
    description: z.string().max(2000).nullish(),
    /** The agent on whose behalf: revoked together with it. An address, or `agent://org/name`. */
    parent: AddressText.nullish(),
    created_by_actor_id: ActorNote,
  }),
  response: z.object({ ...ok, service_account: ServiceAccount, ...Spread.shape }),
});

export const listServiceAccounts = defineRoute({
  id: 'service_accounts.list',
  method: 'GET',
  path: '/v1/service-accounts',
  access: { kind: 'operator', permission: 'mesh:read' },
  summary: 'The service accounts of an org or a workspace.',
  axme: true,
  query: z.object({
    ...paging,
    org_id: OrgName.optional(),
    workspace_id: WorkspaceName.optional(),
  }),
  response: z.object({ ...ok, service_accounts: z.array(ServiceAccount), ...nextCursor }),
});

export const getServiceAccount = defineRoute({
  id: 'service_accounts.get',
  method: 'GET',
  path: '/v1/service-accounts/:service_account_id',
  access: { kind: 'operator', permission: 'mesh:read' },
  summary: 'One service account and its keys.',
  axme: true,
  params: account,
  response: z.object({
    ...ok,
    service_account: ServiceAccount.extend({ keys: z.array(ServiceAccountKey) }),
  }),
});

export const createServiceAccountKey = defineRoute({
  id: 'service_accounts.keys.create',
  method: 'POST',
  path: '/v1/service-accounts/:service_account_id/keys',
  access: { kind: 'operator', permission: 'key:write' },
  summary: 'Issue a key for an agent. The token is shown once.',
  axme: true,
  params: account,
  body: z.strictObject({ created_by_actor_id: ActorNote, expires_at: Moment.nullish() }),
  response: z.object({
    ...ok,
    key: ServiceAccountKey.extend({ token: z.string() }),
    ...Spread.shape,
  }),
});

export const revokeServiceAccountKey = defineRoute({
  id: 'service_accounts.keys.revoke',
  method: 'POST',
  path: '/v1/service-accounts/:service_account_id/keys/:key_id/revoke',
  access: { kind: 'operator', permission: 'key:write' },
  summary: 'Revoke a key of an agent: 401 at every gateway from now on.',
  axme: true,
  params: account.extend({ key_id: z.string().min(1).max(63) }),
  body: z.strictObject({ reason: z.string().trim().min(1).max(2000).nullish() }),
  response: z.object({ ...ok, changed: z.boolean(), key: ServiceAccountKey, ...Spread.shape }),
});

export const rotateServiceAccountKey = defineRoute({
  id: 'service_accounts.keys.rotate',
  method: 'POST',
  path: '/v1/service-accounts/:service_account_id/keys/:key_id/rotate',
  access: { kind: 'operator', permission: 'key:write' },
  summary: 'Issue a key in place of another one, which ends after the overlap.',
  axme: false,
  params: account.extend({ key_id: z.string().min(1).max(63) }),
  body: z.strictObject({
    /** Seconds for which both keys work. @default 3600 */
    overlap_seconds: z.number().int().min(0).max(OVERLAP_SECONDS_MAX).default(3600),
    /** Of the new key. */
    expires_at: Moment.nullish(),
    created_by_actor_id: ActorNote,
  }),
  response: z.object({
    ...ok,
    key: ServiceAccountKey.extend({ token: z.string() }),
    /** The key before, with its end. */
    retired: ServiceAccountKey,
    ...Spread.shape,
  }),
});

export const serviceAccountRoutes = [
  createServiceAccount,
  listServiceAccounts,
  getServiceAccount,
  createServiceAccountKey,
  revokeServiceAccountKey,
  rotateServiceAccountKey,
] as const;
