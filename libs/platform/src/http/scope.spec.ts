import type { KeyId, OrgName, Principal, WorkspaceName } from '#contracts';
import { agentAddress } from '#contracts';
import { canSee } from './scope.js';

type Operator = Extract<Principal, { kind: 'op' }>;
const operator = (change: Partial<Operator> = {}): Operator => ({
  kind: 'op',
  keyId: 'k'.repeat(16) as KeyId,
  name: 'Ada',
  org: 'acme' as OrgName,
  workspace: 'production' as WorkspaceName,
  workspaceOnly: false,
  meshWide: false,
  roles: ['viewer'],
  permissions: new Set(),
  ...change,
});
const robot: Principal = {
  kind: 'sa',
  keyId: 'k'.repeat(16) as KeyId,
  org: 'acme' as OrgName,
  workspace: 'production' as WorkspaceName,
  address: agentAddress('acme', 'production', 'robot'),
};

describe('canSee', () => {
  it.each<[string, Principal, [string, string?], boolean]>([
    ['an operator sees the whole org', operator(), ['acme', 'staging'], true],
    ['nobody sees another tenant', operator(), ['globex', 'production'], false],
    ['mesh-wide sees every tenant', operator({ meshWide: true }), ['globex'], true],
    [
      'a workspace key sees its workspace',
      operator({ workspaceOnly: true }),
      ['acme', 'production'],
      true,
    ],
    [
      'a workspace key sees no other workspace',
      operator({ workspaceOnly: true }),
      ['acme', 'staging'],
      false,
    ],
    [
      'a workspace key sees nothing of the org as a whole',
      operator({ workspaceOnly: true }),
      ['acme'],
      false,
    ],
    ['an agent sees its workspace', robot, ['acme', 'production'], true],
    ['an agent sees no other workspace', robot, ['acme', 'staging'], false],
    ['an agent sees no other org', robot, ['globex', 'production'], false],
  ])('%s', (_rule, principal, [org, workspace], expected) => {
    expect(canSee(principal, org, workspace)).toBe(expected);
  });
});
