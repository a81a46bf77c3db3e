import {
  agentAddress,
  type ControlEvent,
  type ControlFact,
  type KeyId,
  type OrgName,
  type Principal,
  type StopOrderId,
  type WorkspaceName,
} from '#contracts';
import { record } from '../command/record.js';
import type { StoredControl } from '../control-log/control-source.js';
import { maySee, meshEventName, meshEventOf } from './mesh-event.js';

const ID = '0190f5fe-7c00-7a00-8000-000000000001';
const stored = (fact: ControlFact, org: string | null, workspace: string | null): StoredControl => {
  const actor = { kind: 'operator', id: 'k'.repeat(16), via: 'http' } as const;
  const about = { actor, org, workspace, correlationId: 't', reason: 'runaway' };
  const event: ControlEvent = record(fact, about, { nowMs: () => 0 }, { uuid: () => ID });
  const decoded = { known: true, event } as const;
  return { sequence: 7, subject: 'control.x', storedAtMs: 0, trace: {}, decoded };
};
const stop = stored(
  {
    type: 'StopLifted',
    data: { orderId: `stop_${'a'.repeat(20)}` as StopOrderId, reason: null, cause: 'operator' },
  },
  'acme',
  'production',
);
const joined = stored({ type: 'LogStarted', data: { incarnation: 'i'.repeat(16) } }, null, null);
const viewer = (org: string, change: object = {}): Principal => ({
  kind: 'op',
  keyId: 'k'.repeat(16) as KeyId,
  name: 'Ada',
  org: org as OrgName,
  workspace: 'production' as WorkspaceName,
  workspaceOnly: false,
  meshWide: false,
  roles: ['viewer'],
  permissions: new Set(['mesh:read']),
  ...change,
});

describe('a mesh event', () => {
  it.each([
    ['StopOrdered', 'stop.ordered'],
    ['StopReasonGiven', 'stop.reason_given'],
    ['GatewayJoined', 'gateway.joined'],
  ])('%s is called %s', (type, name) => expect(meshEventName(type)).toBe(name));

  it('carries the envelope and the data in the spelling of the wire', () => {
    expect(meshEventOf(stop)).toEqual({
      id: 7,
      name: 'stop.lifted',
      data: {
        sequence: 7,
        event_id: ID,
        type: 'stop.lifted',
        at: '1970-01-01T00:00:00.000Z',
        org: 'acme',
        workspace: 'production',
        actor: { kind: 'operator', id: 'k'.repeat(16), via: 'http' },
        reason: 'runaway',
        correlation_id: 't',
        data: { order_id: `stop_${'a'.repeat(20)}`, reason: null, cause: 'operator' },
      },
    });
  });

  it('never shows the hash of a secret, and leaves metadata as it was written', () => {
    const address = agentAddress('acme', 'production', 'robot');
    const described = stored(
      {
        type: 'AgentDescribed',
        data: { address, displayName: 'R', metadata: { secretSha256: 1, teamName: 'x' } },
      },
      'acme',
      'production',
    );
    expect(meshEventOf(described)?.data.data).toEqual({
      address,
      display_name: 'R',
      metadata: { secretSha256: 1, teamName: 'x' },
    });
    const issued = stored(
      {
        type: 'KeyIssued',
        data: {
          keyId: 'k'.repeat(16) as KeyId,
          holder: { kind: 'sa', address },
          org: 'acme' as OrgName,
          workspace: 'production' as WorkspaceName,
          workspaceOnly: false,
          secretSha256: 'f'.repeat(64),
          hint: 'ffff',
          expiresAt: null,
          createdByNote: null,
        },
      },
      'acme',
      'production',
    );
    expect(JSON.stringify(meshEventOf(issued))).not.toContain('ffffffff');
  });

  it('is seen by its own tenant and by those who run the mesh', () => {
    expect(maySee(viewer('acme'), stop)).toBe(true);
    expect(maySee(viewer('globex'), stop)).toBe(false);
    expect(maySee(viewer('globex', { meshWide: true }), stop)).toBe(true);
    expect(maySee(viewer('acme', { workspaceOnly: true, workspace: 'staging' }), stop)).toBe(false);
    expect(maySee(viewer('acme'), joined)).toBe(false);
    expect(maySee(viewer('acme', { meshWide: true }), joined)).toBe(true);
  });
});
