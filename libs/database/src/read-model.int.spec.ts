import { jest } from '@jest/globals';
import { sql } from 'kysely';
import { claimDatabase } from '#testing';
import { writeBatch, type WrittenBatch } from './batch-writer.js';
import { type Database, openDatabase } from './connection.js';
import { buildIndexes, createShadow, migrate } from './migrate.js';
import { listAgentStats } from './queries/agent-stats.js';
import { listAudit } from './queries/audit-lines.js';
import { listDueHealth } from './queries/due-health.js';
import { listMeshEvents } from './queries/mesh-events.js';
import { ordersOf, receiptsOf, refusalsOf } from './queries/orders.js';
import { projectedIncarnation, projectionPositions } from './queries/positions.js';
import { agentMetrics, usageOf } from './queries/usage.js';
import { READ_MODEL, usageColumns } from './read-model.schema.js';
import { compareAndSwap } from './rebuild-steps.js';

jest.setTimeout(60_000);

const NOTHING: WrittenBatch = {
  audit_log: [],
  orders: [],
  order_reasons: [],
  order_repeats: [],
  order_lifts: [],
  order_receipts: [],
  order_refusals: [],
  usage_hour: [],
  usage_day: [],
  agents: [],
};
const address = 'agent://acme/production/email';
const at = (second: number) => `2026-01-31T03:00:${String(second).padStart(2, '0')}.000Z`;
const actor = { actor_kind: 'operator', actor_id: 'k1', actor_via: 'http' };
const line = (sequence: number, more: object = {}) => ({
  stream: 'CONTROL',
  sequence,
  part: 0,
  event_id: `0190f1a0-0000-7000-8000-0000000000${String(sequence).padStart(2, '0')}`,
  at: at(sequence),
  org: 'acme',
  workspace: 'production',
  ...actor,
  type: 'AgentTagged',
  mesh_event: 'agent.tagged',
  address: null,
  order_id: null,
  reason: null,
  correlation_id: 'c1',
  causation_id: null,
  details: {},
  ...more,
});
const sums = (more: object = {}) => ({
  ...Object.fromEntries(usageColumns.map((name) => [name, 0])),
  ...more,
});
const place = { address, org: 'acme', workspace: 'production' };
const hour = '2026-01-31T03:00:00.000Z';

describe('the read model', () => {
  let database: Database;
  const write = (stream: string, after: number, upTo: number, batch: Partial<WrittenBatch>) =>
    writeBatch(database.db, {
      schema: READ_MODEL,
      stream,
      after,
      upTo,
      batch: { ...NOTHING, ...batch },
    });

  beforeEach(async () => {
    const { url } = await claimDatabase({
      name: 'read_model',
      prepare: async (template) => {
        const opened = openDatabase({ url: template, name: 'template' });
        await Promise.all([migrate(opened.db), migrate(opened.db)]);
        await migrate(opened.db);
        await opened.close();
      },
    });
    database = openDatabase({ url, name: 'spec', onIdleError: () => undefined });
  });
  afterEach(() => database?.close());

  it('writes rows and position together, once: the second writer is told', async () => {
    await write('CONTROL', 0, 2, { audit_log: [line(1), line(2)] });
    const again = [
      write('CONTROL', 0, 2, { audit_log: [line(1)] }),
      write('CONTROL', 7, 9, { audit_log: [line(8)] }),
      write('ACTIVITY', 7, 9, { audit_log: [line(8)] }),
    ];
    for (const attempt of again) {
      await expect(attempt).rejects.toMatchObject({ code: 'POSITION_MOVED' });
    }
    expect(await projectionPositions(database.db)).toEqual({ CONTROL: 2 });
    const { items } = await listAudit(database.db, { org: 'acme', limit: 10 });
    expect(items.map(({ sequence }) => sequence)).toEqual([2, 1]);
  });

  it('lets one of two writers through that race for the same position', async () => {
    const row = { ...place, bucket: hour, ...sums({ sent: 5 }) };
    const race = Array.from({ length: 4 }, () => write('ACTIVITY', 0, 3, { usage_hour: [row] }));
    const ended = await Promise.allSettled(race);
    expect(ended.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const [step] = await usageOf(database.db, { address, from: hour, to: at(59), step: 'hour' });
    expect(step).toMatchObject({ at: hour, sent: 5 });
  });

  it('leaves nothing of a batch that fails half way', async () => {
    const batch = { audit_log: [line(1)], usage_hour: [{ ...place, bucket: 'not a time' }] };
    await expect(write('CONTROL', 0, 1, batch)).rejects.toThrow('not a time');
    expect(await projectionPositions(database.db)).toEqual({});
    expect((await listAudit(database.db, { org: null, limit: 5 })).items).toEqual([]);
  });

  it('pages through the audit, newest first, and shows no other tenant', async () => {
    const lines = [1, 2, 3, 4, 5].map((sequence) => line(sequence));
    const other = line(6, { org: 'globex' });
    await write('CONTROL', 0, 6, { audit_log: [...lines, other] });
    const first = await listAudit(database.db, { org: 'acme', limit: 2 });
    expect(first.items.map(({ sequence }) => sequence)).toEqual([5, 4]);
    const cursor = first.nextCursor ?? '';
    const second = await listAudit(database.db, { org: 'acme', limit: 3, cursor });
    expect(second.items.map(({ sequence }) => sequence)).toEqual([3, 2, 1]);
    expect(second.nextCursor).toBeNull();
    await expect(
      listAudit(database.db, { org: 'acme', limit: 3, cursor: 'x' }),
    ).rejects.toMatchObject({ code: 'INVALID_CURSOR' });
  });

  it('finds the lift of an agent’s order by the agent, though a lift names the order alone', async () => {
    const placed = { ...actor, sequence: 1, org: 'acme', workspace: 'production', mode: 'halt' };
    const order = { ...placed, order_id: 'o1', selector: address, address, ordered_at: at(1) };
    const lift = {
      lifted_at: at(2),
      lift_sequence: 2,
      lift_cause: 'operator',
      lift_reason: 'fixed',
      lift_actor_kind: 'operator',
      lift_actor_id: 'k2',
      lift_actor_via: 'cli',
    };
    await write('CONTROL', 0, 2, {
      audit_log: [
        line(1, { type: 'StopOrdered', mesh_event: 'agent.killed', order_id: 'o1', address }),
        line(2, { type: 'StopLifted', mesh_event: 'agent.resumed', order_id: 'o1', reason: 'ok' }),
      ],
      orders: [order],
      order_lifts: [{ order_id: 'o1', ...lift }],
      order_reasons: [{ order_id: 'o1', reason: 'rogue' }],
      order_repeats: [{ order_id: 'o1', repeats: 2 }],
    });
    await write('CONTROL', 2, 3, {
      order_lifts: [{ order_id: 'o1', ...lift, lift_actor_id: 'k3' }],
    });
    const { items } = await listMeshEvents(database.db, {
      org: 'acme',
      filters: { agent: address },
      limit: 9,
    });
    expect(items).toMatchObject([
      { event_type: 'agent.resumed', address, created_at: at(2), details: { reason: 'ok' } },
      { event_type: 'agent.killed', address, created_at: at(1) },
    ]);
    expect(await ordersOf(database.db, { org: 'acme', standing: false, limit: 9 })).toMatchObject([
      { ...order, ...lift, reason: 'rogue', repeats: 2 },
    ]);
    expect(await ordersOf(database.db, { org: 'acme', standing: true, limit: 9 })).toEqual([]);
  });

  it('keeps the first receipt of each boot of a gateway', async () => {
    const receipt = { order_id: 'o1', gateway: 'eu-1', boot: 1, region: 'eu', position: 4 };
    const told = { at: at(1), applied_after_ms: 1.5, cut_streams: 2, cut_calls: 0 };
    const before = {
      before_last_at: at(0),
      before_last_address: address,
      before_last_act: 'intent.send',
      before_last_subject: null,
      before_minute: 3,
      before_hour: 40,
      before_since: hour,
    };
    const first = { ...receipt, ...told, ...before, sequence: 1 };
    await write('ACTIVITY', 0, 1, { order_receipts: [first] });
    await write('ACTIVITY', 1, 2, { order_receipts: [{ ...first, sequence: 2 }] });
    expect(await receiptsOf(database.db, 'o1')).toEqual([first]);
  });

  it('adds up what was refused for an order, whichever came first', async () => {
    const sum = { order_id: 'o1', gateway: 'eu-1', act: 'guard', region: 'eu', refused: 2 };
    const early = { ...sum, first_at: at(1), last_at: at(2) };
    const late = { ...sum, first_at: at(5), last_at: at(6) };
    await write('ACTIVITY', 0, 1, { order_refusals: [late, { ...late, act: 'intent.send' }] });
    await write('ACTIVITY', 1, 2, { order_refusals: [early] });
    expect(await refusalsOf(database.db, 'o1')).toEqual([
      { ...sum, refused: 4, first_at: at(1), last_at: at(6) },
      { ...late, act: 'intent.send' },
    ]);
  });

  it('lists single refusals only when they are asked for', async () => {
    const refusal = line(2, { type: 'DecisionsCounted', mesh_event: null });
    await write('CONTROL', 0, 3, { audit_log: [line(1), refusal, line(3)] });
    const list = async (more: object) =>
      (await listAudit(database.db, { org: 'acme', limit: 9, ...more })).items.map(
        ({ sequence }) => sequence,
      );
    expect(await list({})).toEqual([3, 1]);
    expect(await list({ refusals: true })).toEqual([3, 2, 1]);
    expect(await list({ filters: { eventType: 'DecisionsCounted' } })).toEqual([2]);
  });

  it('brings tables of an older build up to what a rebuild would make of the logs', async () => {
    const { db } = database;
    const refusal = (sequence: number, count: number) =>
      line(sequence, {
        ...{ stream: 'ACTIVITY', type: 'DecisionsCounted', order_id: 'o1' },
        details: {
          ...{ act: 'guard', gateway: 'eu-1', region: 'eu', count },
          ...{ from: at(sequence), to: at(sequence + 1) },
        },
      });
    const applied = {
      stream: 'ACTIVITY',
      type: 'StopApplied',
      order_id: 'o1',
      details: { boot: 1 },
    };
    await write('ACTIVITY', 0, 3, {
      audit_log: [refusal(1, 2), refusal(2, 3), line(3, applied)],
    });
    await sql`drop table read_model.order_refusals; drop index read_model.audit_log_facts`.execute(
      db,
    );
    for (const name of ['last_at', 'last_address', 'last_act', 'last_subject', 'minute', 'hour'])
      await sql`alter table read_model.order_receipts drop column ${sql.id(`before_${name}`)}`.execute(
        db,
      );
    await sql`alter table read_model.order_receipts drop column before_since;
      delete from read_model.applied_migrations where name like '0002%'`.execute(db);
    await migrate(db);
    expect(await refusalsOf(db, 'o1')).toMatchObject([
      { gateway: 'eu-1', region: 'eu', act: 'guard', refused: 5, first_at: at(1), last_at: at(3) },
    ]);
    const { items } = await listAudit(db, { org: 'acme', limit: 1 });
    expect(items).toMatchObject([{ details: { boot: 1, before: null } }]);
  });

  it('sums use up to 2^53 - 1 and stays there', async () => {
    const use = sums({ cost_micro_usd: Number.MAX_SAFE_INTEGER, intents_total: 2, sent: 5 });
    const rows = {
      usage_hour: [{ ...place, bucket: hour, ...use }],
      agents: [{ ...place, ...use }],
    };
    await write('ACTIVITY', 0, 1, rows);
    await write('ACTIVITY', 1, 2, rows);
    const nowMs = Date.parse(at(30));
    expect(await agentMetrics(database.db, { address, window: 'day', nowMs })).toMatchObject({
      cost_micro_usd: Number.MAX_SAFE_INTEGER,
      intents_total: 4,
      avg_latency_ms: null,
    });
    expect(await listAgentStats(database.db, { org: 'acme', window: 'day', nowMs })).toMatchObject([
      { address, intents_period: 10, last_heartbeat_at: null },
    ]);
    expect(await listAgentStats(database.db, { org: 'globex', window: 'day', nowMs })).toEqual([]);
  });

  it('knows whose health the log has yet to tell', async () => {
    const agent = (name: string, health: string | null, second: number) => ({
      ...place,
      ...sums(),
      address: `agent://acme/production/${name}`,
      health,
      last_heartbeat_at: at(second),
    });
    const revoked = agent('revoked', null, 59);
    await write('ACTIVITY', 0, 1, {
      audit_log: [line(1, { type: 'AgentRevoked', address: revoked.address })],
      agents: [
        agent('new', null, 50),
        agent('well', 'healthy', 50),
        agent('silent', 'healthy', 30),
        agent('gone', 'degraded', 10),
        agent('lost', 'unreachable', 10),
        agent('back', 'unreachable', 50),
        revoked,
      ],
    });
    const due = await listDueHealth(database.db, {
      healthySince: at(40),
      staleSince: at(20),
      limit: 10,
    });
    expect(due.map((row) => row.address.split('/').at(-1))).toEqual([
      'back',
      'gone',
      'new',
      'silent',
    ]);
  });

  it('swaps in tables that were filled beside it, and tells each difference', async () => {
    const start = line(1, { type: 'LogStarted', details: { incarnation: 'one' } });
    await write('CONTROL', 0, 2, { audit_log: [start, line(2)] });
    const indexes = await createShadow(database.db);
    expect(indexes).not.toEqual([]);
    await writeBatch(database.db, {
      schema: 'read_model_shadow',
      stream: 'CONTROL',
      after: 0,
      upTo: 2,
      batch: { ...NOTHING, audit_log: [line(2, { reason: 'other' }), start] },
    });
    await buildIndexes(database.db, indexes);
    const tables = await compareAndSwap(database.db);
    const differing = tables.filter(({ before, after }) => before !== after);
    expect(differing.map(({ name, rows }) => [name, rows])).toEqual([['audit_log', 2]]);
    expect(await projectedIncarnation(database.db)).toBe('one');
    const { items } = await listAudit(database.db, { org: 'acme', limit: 1 });
    expect(items).toMatchObject([{ reason: 'other' }]);
    const schemas = await sql`
      select 1 from pg_namespace where nspname like 'read_model_%'`.execute(database.db);
    expect(schemas.rows).toEqual([]);
  });

  it('replaces a connection that the server ended', async () => {
    const killed = sql`select pg_terminate_backend(pg_backend_pid())`.execute(database.db);
    await expect(killed).rejects.toThrow();
    expect(await projectionPositions(database.db)).toEqual({});
  });
});
