import type { z } from 'zod';
import type { createOrganization, createWorkspace } from '#contracts';
import type { OrganizationRecord, WorkspaceRecord } from '#domain';

type Organization = z.infer<typeof createOrganization.response>['organization'];
type Workspace = z.infer<typeof createWorkspace.response>['workspace'];

export const organizationEntry = (record: OrganizationRecord): Organization => ({
  org_id: record.org,
  name: record.name,
  legal_name: record.legalName,
  primary_domain: record.primaryDomain,
  metadata: record.metadata,
  two_person_lift: record.twoPersonLift,
  status: 'active',
  created_at: record.createdAt,
  updated_at: record.createdAt,
});

export const workspaceEntry = (record: WorkspaceRecord): Workspace => ({
  workspace_id: record.workspace,
  org_id: record.org,
  name: record.name,
  environment: record.environment,
  region: record.region,
  on_fence: record.onFence,
  status: 'active',
  created_at: record.createdAt,
  updated_at: record.createdAt,
});
