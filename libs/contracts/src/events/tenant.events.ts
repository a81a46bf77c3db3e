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

/** How the org wants to be protected from one hasty person. */
export const OrganizationSettingsChanged = defineEvent(
  'OrganizationSettingsChanged',
  z.object({
    org: OrgName,
    /** `true`: a stop on a whole namespace or the org is lifted by two people. */
    twoPersonLift: z.boolean(),
  }),
);

/** What a gateway does with a namespace's traffic while it cannot prove its state. */
export const OnFence = z.enum(['deny', 'allow']);
export type OnFence = z.infer<typeof OnFence>;

export const WorkspaceSettingsChanged = defineEvent(
  'WorkspaceSettingsChanged',
  z.object({ org: OrgName, workspace: WorkspaceName, onFence: OnFence }),
);

export const tenantEvents = [
  OrganizationCreated,
  WorkspaceCreated,
  OrganizationSettingsChanged,
  WorkspaceSettingsChanged,
] as const;
export type TenantEvent = FactOf<(typeof tenantEvents)[number]>;
