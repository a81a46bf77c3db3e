import type { Address, Permission, Principal } from '#contracts';
import { mayUseIntent } from './intent-access.js';
import type { OpenIntent } from './intent-state.js';

const agent = (name: string, org = 'acme'): Principal =>
  ({
    kind: 'sa',
    keyId: 'k',
    org,
    workspace: 'production',
    address: `agent://${org}/production/${name}`,
  }) as never;
const operator = (over: object, ...permissions: Permission[]): Principal =>
  ({
    kind: 'op',
    org: 'acme',
    workspace: 'production',
    workspaceOnly: false,
    meshWide: false,
    permissions: new Set(permissions),
    ...over,
  }) as never;

const intent = {
  submission: { from: 'agent://acme/production/sender', to: 'queue://acme/production/mail' },
  takers: ['agent://acme/production/worker' as Address],
} as unknown as OpenIntent;

describe('an intent', () => {
  it('is seen and resolved by its sender and whoever had it', () => {
    for (const name of ['sender', 'worker']) {
      expect(mayUseIntent(agent(name), 'see', intent)).toBe(true);
      expect(mayUseIntent(agent(name), 'resolve', intent)).toBe(true);
    }
  });
  it('gets its progress from whoever had it, not from its sender', () => {
    expect(mayUseIntent(agent('worker'), 'progress', intent)).toBe(true);
    expect(mayUseIntent(agent('sender'), 'progress', intent)).toBe(false);
  });
  it('does not exist for other agents, of this org or another', () => {
    expect(mayUseIntent(agent('stranger'), 'see', intent)).toBe(false);
    expect(mayUseIntent(agent('sender', 'rival'), 'see', intent)).toBe(false);
  });
  it('is resolved by operators of its org with the permission', () => {
    expect(mayUseIntent(operator({}, 'mesh:read', 'intent:resolve'), 'resolve', intent)).toBe(true);
    expect(mayUseIntent(operator({}, 'mesh:read'), 'resolve', intent)).toBe(false);
    expect(mayUseIntent(operator({ org: 'rival' }, 'mesh:read'), 'see', intent)).toBe(false);
  });
  it('is out of reach for a key of another workspace, and within it for the people who run the mesh', () => {
    const elsewhere = { workspace: 'staging', workspaceOnly: true };
    expect(mayUseIntent(operator(elsewhere, 'mesh:read'), 'see', intent)).toBe(false);
    expect(
      mayUseIntent(operator({ org: 'estop', meshWide: true }, 'mesh:read'), 'see', intent),
    ).toBe(true);
  });
});
