import { z } from 'zod';
import type { Address, KeyId, OrgName, WorkspaceName } from './names.js';

export const Role = z.enum(['viewer', 'operator', 'platform', 'auditor', 'admin']);
export type Role = z.infer<typeof Role>;

/** What a route may ask of an operator's key. Agents' keys have none of these. */
export const permissions = [
  'mesh:read',
  'stop:order',
  'stop:lift',
  'intent:send',
  'intent:resolve',
  'intent:investigate',
  'agent:write',
  'key:write',
  'audit:read',
  'audit:export',
  'audit:rebuild',
  'policy:write',
  'budget:write',
  'webhook:write',
  'signal:write',
  'settings:write',
  'tenant:write',
  'mesh:admin',
] as const;
export type Permission = (typeof permissions)[number];

/** The authenticated caller, as the gate and the deciders see it. */
export type Principal =
  | {
      readonly kind: 'op';
      readonly keyId: KeyId;
      readonly name: string;
      readonly org: OrgName;
      readonly workspace: WorkspaceName;
      readonly workspaceOnly: boolean;
      readonly meshWide: boolean;
      readonly roles: readonly Role[];
      readonly permissions: ReadonlySet<Permission>;
    }
  | {
      readonly kind: 'sa';
      readonly keyId: KeyId;
      readonly org: OrgName;
      readonly workspace: WorkspaceName;
      readonly address: Address;
    };
