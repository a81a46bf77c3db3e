import { z } from 'zod';
import { Metadata } from '../events/agent.events.js';
import { OrgName, Timestamp, WorkspaceName } from '../names.js';
import { ok } from './paging.js';
import { defineRoute } from './route.js';

/** The id of an org is its name. */
export const Organization = z.object({
  org_id: OrgName,
  name: z.string(),
  legal_name: z.string().nullable(),
  primary_domain: z.string().nullable(),
  metadata: Metadata,
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

export const tenantRoutes = [createOrganization, createWorkspace] as const;
