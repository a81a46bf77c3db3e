import { z } from 'zod';
import { Metadata } from '../events/agent.events.js';
import { OnFence } from '../events/tenant.events.js';
import { OrgName, Timestamp, WorkspaceName } from '../names.js';
import { ok } from './paging.js';
import { defineRoute } from './route.js';
import { Spread } from './stop-wire.js';

/** The id of an org is its name. */
export const Organization = z.object({
  org_id: OrgName,
  name: z.string(),
  legal_name: z.string().nullable(),
  primary_domain: z.string().nullable(),
  metadata: Metadata,
  /** `true`: a stop on a whole namespace or the org is lifted by two people. */
  two_person_lift: z.boolean(),
  status: z.literal('active'),
  created_at: Timestamp,
  updated_at: Timestamp,
});
export type Organization = z.infer<typeof Organization>;

/** The id of a workspace is its name. */
export const Workspace = z.object({
  workspace_id: WorkspaceName,
  org_id: OrgName,
  name: z.string(),
  environment: z.string().nullable(),
  region: z.string().nullable(),
  /** What gateways do with its traffic while they cannot prove their state. */
  on_fence: OnFence,
  status: z.literal('active'),
  created_at: Timestamp,
  updated_at: Timestamp,
});
export type Workspace = z.infer<typeof Workspace>;

export const createOrganization = defineRoute({
  id: 'organizations.create',
  method: 'POST',
  path: '/v1/organizations',
  access: { kind: 'operator', permission: 'tenant:write' },
  summary: 'Create an org. For the people who run the mesh.',
  axme: true,
  body: z.strictObject({
    name: OrgName,
    legal_name: z.string().max(200).nullish(),
    primary_domain: z.string().max(253).nullish(),
    requested_by_actor_id: z.string().max(200).nullish(),
    metadata: Metadata.nullish(),
  }),
  response: z.object({ ...ok, organization: Organization }),
});

export const createWorkspace = defineRoute({
  id: 'workspaces.create',
  method: 'POST',
  path: '/v1/organizations/:org/workspaces',
  access: { kind: 'operator', permission: 'tenant:write' },
  summary: 'Create a workspace in an org.',
  axme: true,
  params: z.object({ org: OrgName }),
  body: z.strictObject({
    name: WorkspaceName,
    /** Must be the org of the path, where it is given. */
    org_id: OrgName.nullish(),
    environment: z.string().max(63).nullish(),
    region: z.string().max(63).nullish(),
  }),
  response: z.object({ ...ok, workspace: Workspace }),
});

export const changeOrganization = defineRoute({
  id: 'organizations.change',
  method: 'PATCH',
  path: '/v1/organizations/:org',
  access: { kind: 'operator', permission: 'settings:write' },
  summary: 'Change how an org is protected from one hasty person.',
  axme: false,
  params: z.object({ org: OrgName }),
  body: z.strictObject({ two_person_lift: z.boolean() }),
  response: z.object({
    ...ok,
    changed: z.boolean(),
    organization: Organization,
    ...Spread.shape,
  }),
});

export const changeWorkspace = defineRoute({
  id: 'workspaces.change',
  method: 'PATCH',
  path: '/v1/organizations/:org/workspaces/:workspace',
  access: { kind: 'operator', permission: 'settings:write' },
  summary: 'Choose what becomes of a namespace while a gateway cannot prove its state.',
  axme: false,
  params: z.object({ org: OrgName, workspace: WorkspaceName }),
  body: z.strictObject({ on_fence: OnFence }),
  response: z.object({ ...ok, changed: z.boolean(), workspace: Workspace, ...Spread.shape }),
});

export const tenantRoutes = [
  createOrganization,
  createWorkspace,
  changeOrganization,
  changeWorkspace,
] as const;
