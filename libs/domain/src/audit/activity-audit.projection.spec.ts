import type { ActivityEvent } from '#contracts';
import { projectActivity } from './activity-audit.projection.js';
import type { RowOperation } from './audit-rows.js';
import { gatherRows } from './row-batch.js';

const address = 'agent://acme/production/email';
const at = '2026-01-31T03:59:59.900Z';
const given = (type: string, data: object, time = at): ActivityEvent =>
  ({
    id: '0190f1a0-0000-7000-8000-000000000002',
    version: 1,
    at: time,
    org: 'acme',
    workspace: 'production',
    actor: { kind: 'gateway', id: 'eu-1', via: 'gate' },
    correlation_id: 'c1',
    causation_id: null,
    signature: null,
    type,
    data,
  }) as unknown as ActivityEvent;
const where = { region: 'eu', gateway: 'eu-1' };
const heartbeat = (usage: object | null, time = at, instance: string | null = 'i-1') =>
  given('HeartbeatReceived', { address, ...where, instance, answered: 'healthy', usage }, time);
const usage = {
  intentsTotal: 4,
  intentsSucceeded: 3,
  intentsFailed: 1,
  costMicroUsd: 1_500_000,
  tokensIn: 10.4,
  tokensOut: 20,
  avgLatencyMs: 12.5,
};
const decisions = (...list: object[]) =>
  given('DecisionsCounted', { address, ...where, from: at, to: at, decisions: list });
const allowed = { act: 'intent.send', refusedBy: null, orderId: null, subject: null, count: 3 };
const orderId = `stop_${'b'.repeat(20)}`;
const refused = { ...allowed, refusedBy: 'agent_killed', orderId, count: 2 };
const rowsOf = (into: RowOperation['into'], ...events: ActivityEvent[]) =>
  gatherRows(events.flatMap((event, index) => projectActivity(index + 1, event)))[
    into as 'usage_hour'
  ];

describe('decisions', () => {
  it('are counted: allowed by act, refused all together', () =>
    expect(rowsOf('usage_hour', decisions(allowed, refused, { ...refused, act: 'guard' }))).toEqual(
      [
        expect.objectContaining({
          address,
          bucket: '2026-01-31T03:00:00.000Z',
          sent: 3,
          refused: 4,
          guarded: 0,
        }),
      ],
    ));

  it('without a proof have a line though they allow, and count as what they are', () => {
    const stale = decisions({ ...allowed, stale: true });
    expect(rowsOf('audit_log', stale)).toEqual([
      expect.objectContaining({
        order_id: null,
        details: expect.objectContaining({ stale: true, refusedBy: null, count: 3 }),
      }),
    ]);
    expect(rowsOf('usage_hour', stale)).toEqual([expect.objectContaining({ sent: 3, refused: 0 })]);
    expect(rowsOf('order_refusals', stale) ?? []).toEqual([]);
  });

  it('that refuse have a line each, with the order and the gateway; what was allowed has none', () =>
    expect(rowsOf('audit_log', decisions(allowed, refused, { ...refused, act: 'guard' }))).toEqual([
      expect.objectContaining({
        part: 0,
        order_id: orderId,
        address,
        mesh_event: null,
        details: {
          act: 'intent.send',
          refusedBy: 'agent_killed',
          subject: null,
          count: 2,
          ...where,
          from: at,
          to: at,
        },
      }),
      expect.objectContaining({ part: 1, order_id: orderId }),
    ]));

  it('that refuse add up for the order, by gateway and act, from the first window to the last', () => {
    const first = given('DecisionsCounted', {
      ...{ address, ...where, decisions: [refused, { ...refused, act: 'guard' }] },
      ...{ from: '2026-01-31T03:00:00.000Z', to: '2026-01-31T03:00:00.250Z' },
    });
    expect(rowsOf('order_refusals', decisions(refused, allowed), first)).toEqual([
      {
        ...{ order_id: orderId, act: 'intent.send', ...where, refused: 4 },
        ...{ first_at: '2026-01-31T03:00:00.000Z', last_at: at },
      },
      expect.objectContaining({ act: 'guard', refused: 2, last_at: '2026-01-31T03:00:00.250Z' }),
    ]);
  });

  it('that refuse without an order add up for none', () =>
    expect(rowsOf('order_refusals', decisions({ ...refused, orderId: null }))).toEqual([]));
});

describe('heartbeats', () => {
  it('add up in the hour, the day and the life of the agent, in whole numbers', () => {
    const two = [heartbeat(usage), heartbeat(usage)];
    const sums = {
      heartbeats: 2,
      intents_total: 8,
      intents_succeeded: 6,
      intents_failed: 2,
      cost_micro_usd: 3_000_000,
      tokens_in: 20,
      tokens_out: 40,
      latency_ms_total: 100,
      latency_intents: 8,
    };
    expect(rowsOf('usage_hour', ...two)).toEqual([expect.objectContaining(sums)]);
    expect(rowsOf('usage_day', ...two)).toEqual([
      expect.objectContaining({ ...sums, bucket: '2026-01-31T00:00:00.000Z' }),
    ]);
    expect(rowsOf('agents', ...two)).toEqual([expect.objectContaining(sums)]);
  });

  it('leave no line in the audit', () => expect(rowsOf('audit_log', heartbeat(usage))).toEqual([]));

  it('count by their own time: a later one that came first stays the last', () =>
    expect(
      rowsOf('agents', heartbeat(null, at, 'later'), heartbeat(null, '2026-01-31T03:00:00.000Z')),
    ).toEqual([
      expect.objectContaining({ last_heartbeat_at: at, last_instance: 'later', heartbeats: 2 }),
    ]));

  it('cannot overflow a sum, whatever an agent reports', () => {
    const huge = { ...usage, tokensIn: 1e300, costMicroUsd: Number.MAX_SAFE_INTEGER };
    expect(rowsOf('usage_day', heartbeat(huge), heartbeat(huge))).toEqual([
      expect.objectContaining({
        tokens_in: Number.MAX_SAFE_INTEGER,
        cost_micro_usd: Number.MAX_SAFE_INTEGER,
      }),
    ]);
  });
});

it('keeps a gateway’s word that a stop is in force', () => {
  const data = {
    orderId,
    ...where,
    boot: 2,
    position: 40,
    appliedAfterMs: 1.25,
    cut: { streams: 1, calls: 0 },
    before: {
      last: { at, address, act: 'intent.send', subject: 'email.send.v1' },
      lastMinute: 3,
      lastHour: 40,
      since: '2026-01-31T03:00:00.000Z',
    },
  };
  expect(projectActivity(5, given('StopApplied', data))).toMatchObject([
    { into: 'audit_log', row: { type: 'StopApplied', order_id: orderId, address: null } },
    {
      into: 'order_receipts',
      row: {
        order_id: orderId,
        gateway: 'eu-1',
        boot: 2,
        sequence: 5,
        applied_after_ms: 1.25,
        cut_streams: 1,
        before_last_at: at,
        before_last_act: 'intent.send',
        before_minute: 3,
        before_hour: 40,
      },
    },
  ]);
  expect(projectActivity(5, given('StopApplied', { ...data, before: null }))[1]).toMatchObject({
    row: { before_last_at: null, before_minute: null, before_since: null },
  });
});

it('tells a silent agent as stale, and remembers that it was told', () => {
  const data = { address, from: 'healthy', to: 'degraded', lastHeartbeatAt: at };
  expect(projectActivity(6, given('HealthChanged', data))).toMatchObject([
    { into: 'audit_log', row: { mesh_event: 'agent.stale', address } },
    { into: 'agents', row: { address, health: 'degraded', last_heartbeat_at: null } },
  ]);
});
