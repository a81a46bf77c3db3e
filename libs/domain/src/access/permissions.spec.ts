import {
  type Address,
  type KeyId,
  type OrgName,
  type Permission,
  permissions,
  type Principal,
  type Role,
  type WorkspaceName,
} from '#contracts';
import { mayAct, permissionsOf, reaches } from './permissions.js';

const org = 'acme' as OrgName;
const workspace = 'production' as WorkspaceName;
const keyId = 'aaaaaaaaaaaaaaaa' as KeyId;

type Scope = { meshWide?: boolean; workspaceOnly?: boolean };
const key = (
  roles: Role[],
  { meshWide = false, workspaceOnly = false }: Scope = {},
): Principal => ({
  kind: 'op',
  keyId,
  name: 'ada',
  org,
  workspace,
  workspaceOnly,
  meshWide,
  roles,
  permissions: permissionsOf(roles, meshWide),
});
const agent: Principal = {
  kind: 'sa',
  keyId,
  org,
  workspace,
  address: 'agent://acme/production/email' as Address,
};

// Columns: viewer, operator, platform, auditor, admin of an org, admin of the mesh.
const table: Record<Permission, string> = {
  'mesh:read': 'yes yes yes yes yes yes',
  'audit:read': 'yes yes yes yes yes yes',
  'stop:order': 'no yes yes no yes yes',
  'stop:lift': 'no yes yes no yes yes',
  'intent:send': 'no yes yes no yes yes',
  'intent:resolve': 'no yes yes no yes yes',
  'intent:investigate': 'no yes yes no yes yes',
  'agent:write': 'no no yes no yes yes',
  'key:write': 'no no yes no yes yes',
  'policy:write': 'no no yes no yes yes',
  'budget:write': 'no no yes no yes yes',
  'webhook:write': 'no yes yes no yes yes',
  'signal:write': 'no yes yes no yes yes',
  'audit:export': 'no no no yes yes yes',
  'audit:rebuild': 'no no no no no yes',
  'settings:write': 'no no no no yes yes',
  'tenant:write': 'no no no no no yes',
  'mesh:admin': 'no no no no no yes',
};

describe('permissionsOf', () => {
  it.each(permissions.map((permission) => [permission, table[permission]]))(
    '%s: %s',
    (permission, row) => {
      const roles: Role[] = ['viewer', 'operator', 'platform', 'auditor', 'admin'];
      const sets = [
        ...roles.map((role) => permissionsOf([role], false)),
        permissionsOf(['admin'], true),
      ];
      const words = sets.map((set) => (set.has(permission as Permission) ? 'yes' : 'no'));
      expect(words.join(' ')).toBe(row);
    },
  );
  it('adds roles up', () =>
    expect(permissionsOf(['auditor', 'operator'], false)).toEqual(
      new Set([...permissionsOf(['operator'], false), 'audit:export']),
    ));
  it('gives nothing for no role', () => expect(permissionsOf([], true).size).toBe(0));
});

describe('reaches', () => {
  const elsewhere = { org: 'globex' as OrgName, workspace };
  const staging = { org, workspace: 'staging' as WorkspaceName };

  it('ends at the org', () => {
    expect(reaches(key(['admin']), staging)).toBe(true);
    expect(reaches(key(['admin']), elsewhere)).toBe(false);
  });
  it('is everywhere for the people who run the mesh', () =>
    expect(reaches(key(['viewer'], { meshWide: true }), elsewhere)).toBe(true));
  it('keeps a key of one workspace there, and from acts on the whole org', () => {
    const narrow = key(['admin'], { workspaceOnly: true });
    expect(reaches(narrow, { org, workspace })).toBe(true);
    expect(reaches(narrow, staging)).toBe(false);
    expect(reaches(narrow, { org })).toBe(false);
  });
});

describe('mayAct', () => {
  it('needs the permission and the reach', () => {
    expect(mayAct(key(['operator']), 'stop:order', { org })).toBe(true);
    expect(mayAct(key(['viewer']), 'stop:order', { org })).toBe(false);
    expect(mayAct(key(['operator']), 'stop:order', { org: 'globex' as OrgName })).toBe(false);
  });
  it('is never true of an agent', () =>
    expect(permissions.some((permission) => mayAct(agent, permission, { org, workspace }))).toBe(
      false,
    ));
});
