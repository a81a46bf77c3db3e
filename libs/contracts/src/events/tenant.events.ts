import { z } from 'zod';
import { defineEvent, type FactOf } from '../envelope.js';
import { OrgName, WorkspaceName } from '../names.js';
import { Metadata } from './agent.events.js';

export const OrganizationCreated = defineEvent(
  'OrganizationCreated',
  z.object({
    org: OrgName,
    name: z.string().max(200),
    legalName: z.string().max(200).nullable(),
    primaryDomain: z.string().max(253).nullable(),
    metadata: Metadata,
  }),
);

export const WorkspaceCreated = defineEvent(
  'WorkspaceCreated',
  z.object({
    org: OrgName,
    workspace: WorkspaceName,
    name: z.string().max(200),
    environment: z.string().max(63).nullable(),
    region: z.string().max(63).nullable(),
  }),
);

export const tenantEvents = [OrganizationCreated, WorkspaceCreated] as const;
export type TenantEvent = FactOf<(typeof tenantEvents)[number]>;
