import {
  type OrgName,
  type Permission,
  permissions,
  type Principal,
  type Role,
  type WorkspaceName,
} from '#contracts';

const viewer: readonly Permission[] = ['mesh:read', 'audit:read'];
const operator: readonly Permission[] = [
  ...viewer,
  'stop:order',
  'stop:lift',
  'intent:send',
  'intent:resolve',
  'intent:investigate',
  'webhook:write',
  'signal:write',
];

const granted: Readonly<Record<Role, readonly Permission[]>> = {
  viewer,
  operator,
  platform: [...operator, 'agent:write', 'key:write', 'policy:write', 'budget:write'],
  auditor: [...viewer, 'audit:export'],
  admin: permissions,
};

/** These reach every tenant, so they need an admin of the whole mesh. */
const meshWideOnly: ReadonlySet<Permission> = new Set<Permission>([
  'tenant:write',
  'audit:rebuild',
  'mesh:admin',
]);

/** What a key with these roles may do within its scope. */
export const permissionsOf = (
  roles: readonly Role[],
  meshWide: boolean,
): ReadonlySet<Permission> => {
  const all = roles.flatMap((role) => granted[role]);
  return new Set(all.filter((permission) => meshWide || !meshWideOnly.has(permission)));
};

/** Where an act takes place; without a workspace it concerns the whole org. */
export interface Place {
  readonly org: OrgName;
  readonly workspace?: WorkspaceName | null;
}

/** Whether a place lies within the principal's scope: where not, its things are 404, whatever the permissions. */
export const reaches = (principal: Principal, place: Place): boolean => {
  if (principal.kind === 'op' && principal.meshWide) return true;
  if (principal.org !== place.org) return false;
  const oneWorkspace = principal.kind === 'sa' || principal.workspaceOnly;
  return !oneWorkspace || principal.workspace === place.workspace;
};

/** Whether an operator's key may do this there. An agent's key never may. */
export const mayAct = (principal: Principal, permission: Permission, place: Place): boolean =>
  principal.kind === 'op' && principal.permissions.has(permission) && reaches(principal, place);
