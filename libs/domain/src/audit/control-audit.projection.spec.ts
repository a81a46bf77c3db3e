import type { ControlEvent } from '#contracts';
import { projectControl } from './control-audit.projection.js';

const at = '2026-01-31T03:00:00.000Z';
const orderId = `stop_${'a'.repeat(20)}`;
const envelope = {
  id: '0190f1a0-0000-7000-8000-000000000001',
  version: 1,
  at,
  org: 'acme',
  workspace: 'production',
  actor: { kind: 'operator', id: 'k1', via: 'http' },
  reason: null,
  correlation_id: 'c1',
  causation_id: null,
  signature: null,
};
const given = (type: string, data: object, more: object = {}): ControlEvent =>
  ({ ...envelope, ...more, type, data }) as unknown as ControlEvent;
const ordered = (selector: object, reason: string | null = 'rogue') =>
  given('StopOrdered', {
    orderId,
    mode: 'halt',
    selector,
    reason,
    expiresAt: null,
    drainUntil: null,
  });
const agent = 'agent://acme/production/email';
const line = (event: ControlEvent) => projectControl(7, event)[0]?.row;

describe('a stop on one agent', () => {
  it('is a line of the audit with its place in the log and the name that the fleet knows', () =>
    expect(line(ordered({ agent }))).toEqual({
      stream: 'CONTROL',
      sequence: 7,
      part: 0,
      event_id: envelope.id,
      at,
      org: 'acme',
      workspace: 'production',
      actor_kind: 'operator',
      actor_id: 'k1',
      actor_via: 'http',
      type: 'StopOrdered',
      mesh_event: 'agent.killed',
      address: agent,
      order_id: orderId,
      reason: 'rogue',
      correlation_id: 'c1',
      causation_id: null,
      refused: null,
      details: {
        orderId,
        mode: 'halt',
        selector: { agent },
        reason: 'rogue',
        expiresAt: null,
        drainUntil: null,
      },
    }));

  it('is an order', () =>
    expect(projectControl(7, ordered({ agent }))[1]).toEqual({
      into: 'orders',
      row: {
        order_id: orderId,
        sequence: 7,
        org: 'acme',
        workspace: 'production',
        mode: 'halt',
        selector: agent,
        address: agent,
        reason: 'rogue',
        actor_kind: 'operator',
        actor_id: 'k1',
        actor_via: 'http',
        ordered_at: at,
        expires_at: null,
        drain_until: null,
      },
    }));
});

it('names no agent for a stop on many', () =>
  expect(line(ordered({ org: 'acme' }))).toMatchObject({
    mesh_event: 'agent.killed',
    address: null,
  }));

it('lifts an order once, with who and why', () =>
  expect(
    projectControl(9, given('StopLifted', { orderId, reason: 'fixed', cause: 'operator' })),
  ).toMatchObject([
    { into: 'audit_log', row: { mesh_event: 'agent.resumed', order_id: orderId, reason: 'fixed' } },
    {
      into: 'order_lifts',
      row: { order_id: orderId, lifted_at: at, lift_sequence: 9, lift_cause: 'operator' },
    },
  ]));

it('shows what nobody signed as refused, as no fact of the fleet, and lifts nothing by it', () => {
  const lifted = given('StopLifted', { orderId, reason: 'fixed', cause: 'operator' });
  expect(projectControl(9, lifted, 'unsigned')).toMatchObject([
    {
      into: 'audit_log',
      row: { type: 'StopLifted', mesh_event: null, order_id: orderId, refused: 'unsigned' },
    },
  ]);
  expect(projectControl(9, ordered({ agent }), 'forged')).toHaveLength(1);
});

it('takes the reason of the envelope where the fact has none', () =>
  expect(
    line(given('AgentRevoked', { address: agent, reason: null }, { reason: 'gone' })),
  ).toMatchObject({ reason: 'gone', mesh_event: 'agent.revoked', address: agent }));

it('keeps the hash of a secret out of the audit', () => {
  const holder = { kind: 'sa', address: agent };
  const row = line(given('KeyIssued', { keyId: 'k', holder, secretSha256: 'f'.repeat(64) }));
  expect(row).toMatchObject({ address: agent, details: { keyId: 'k', holder } });
  expect(JSON.stringify(row)).not.toContain('ffff');
});

it('replaces characters that no table can hold, and keeps the rest', () =>
  expect(line(ordered({ agent }, 'a\0b\ud800c\u{1f6d1}'))).toMatchObject({
    reason: 'a\ufffdb\ufffdc\u{1f6d1}',
    details: { reason: 'a\ufffdb\ufffdc\u{1f6d1}' },
  }));

it('tells of a drill by whom it was tried on, and of what each gateway said', () => {
  const drill = (selector: object) =>
    given('DrillRun', { drillId: `drill_${'a'.repeat(20)}`, selector, gateways: [] });
  expect(line(drill({ agent }))).toMatchObject({ mesh_event: 'drill.run', address: agent });
  expect(line(drill({ org: 'acme' }))).toMatchObject({ mesh_event: 'drill.run', address: null });
});

it('shows the first of two people on the story of the order', () => {
  const by = { kind: 'operator', id: 'k1', via: 'http' };
  const wished = given('StopLiftRequested', { orderId, by, reason: 'fixed', expiresAt: at });
  expect(projectControl(8, wished)).toMatchObject([
    { into: 'audit_log', row: { mesh_event: null, order_id: orderId, reason: 'fixed' } },
  ]);
});
