import { jest } from '@jest/globals';
import {
  type ActivityEvent,
  activityEvents,
  type ControlEvent,
  controlEvents,
  eventCodec,
  live,
  ProjectorAnswer,
  streams,
} from '#contracts';
import {
  type Database,
  listAgentStats,
  listAudit,
  listMeshEvents,
  migrate,
  openDatabase,
  ordersOf,
  projectionPositions,
  receiptsOf,
  refusalsOf,
} from '#database';
import type { EventStore } from '#event-store';
import { connectNats, type Nats, provisionStreams } from '#event-store-jetstream';
import { createLogger, createMetrics } from '#platform';
import { claimDatabase, claimNatsAccount, type NatsAccount, until } from '#testing';
import { sql } from 'kysely';
import { AuditProjector, type Logs } from './audit-projector.js';
import {
  address,
  fromTheFuture,
  heartbeat,
  logStarted,
  orderId,
  refusal,
  region,
  START_MS,
  stopApplied,
  stopLifted,
  stopOrdered,
} from './example-events.js';

jest.setTimeout(60_000);

const FIRST_LOG = 'incarnation-one-1';
const SECOND_LOG = 'incarnation-two-2';
const log = createLogger({ service: 'spec', level: 'silent' });

describe('the audit projector', () => {
  let nats: Nats;
  let account: NatsAccount;
  let database: Database;
  let databaseUrl: string;
  let control: EventStore<ControlEvent>;
  let activity: EventStore<ActivityEvent>;
  let running: AuditProjector[];
  let nowMs: number;

  const connectAnew = async (): Promise<void> => {
    account = await claimNatsAccount();
    const { url, user, password } = account;
    nats = await connectNats({ servers: url, user, password, name: 'spec' });
    await provisionStreams(nats, { replicas: 1 });
    control = nats.eventStore(streams.control.name, eventCodec<ControlEvent>(controlEvents));
    activity = nats.eventStore(streams.activity.name, eventCodec<ActivityEvent>(activityEvents));
  };

  const start = (logs: Logs = nats): AuditProjector => {
    const { db } = database;
    const projector = new AuditProjector({
      db,
      patientDb: db,
      nats: logs,
      region,
      metrics: createMetrics('spec', { processDefaults: false }),
      clock: { nowMs: () => nowMs, monotonicMs: () => performance.now() },
      log,
    });
    projector.start();
    running.push(projector);
    return projector;
  };

  const projected = (stream: string, sequence: number) =>
    until(async () => ((await projectionPositions(database.db))[stream] ?? 0) >= sequence, {
      what: `${stream} up to ${sequence}`,
      timeoutMs: 20_000,
    });

  const appendAll = async (events: Parameters<typeof activity.appendAll>[0]): Promise<number> =>
    (await activity.appendAll(events)).sequence;

  const run = (from: number, count: number, make = heartbeat) =>
    Array.from({ length: count }, (_, index) => make(from + index));

  const ask = async (request: object) =>
    ProjectorAnswer.parse(
      JSON.parse(
        Buffer.from(
          await nats.messaging().request(live.projector, JSON.stringify(request), 20_000),
        ).toString(),
      ),
    );

  const totals = async () =>
    (await listAgentStats(database.db, { org: 'acme', window: 'day', nowMs }))[0]?.metrics;

  beforeEach(async () => {
    running = [];
    // The day of the example events; nobody's last heartbeat is older than 90 seconds.
    nowMs = START_MS + 60_000;
    await connectAnew();
    databaseUrl = (
      await claimDatabase({
        name: 'projector',
        prepare: async (url) => {
          const opened = openDatabase({ url, name: 'template' });
          await migrate(opened.db);
          await opened.close();
        },
      })
    ).url;
    database = openDatabase({ url: databaseUrl, name: 'spec', waitForDisk: false });
  });

  afterEach(async () => {
    await Promise.all(running.map((projector) => projector.stop()));
    await nats?.close();
    await database?.close();
  });

  it('tells the story of a stop: ordered, applied, refused, lifted', async () => {
    start();
    await control.append(logStarted(FIRST_LOG));
    await control.append(stopOrdered(1));
    const last = await appendAll([stopApplied(2), refusal(3)]);
    await control.append(stopLifted(4));
    await Promise.all([projected('CONTROL', 3), projected('ACTIVITY', last)]);
    const { items } = await listAudit(database.db, {
      org: 'acme',
      filters: { orderId },
      limit: 10,
    });
    expect(items.map(({ type, address: of }) => [type, of])).toEqual([
      ['StopLifted', address],
      ['StopApplied', address],
      ['StopOrdered', address],
    ]);
    const facts = await listMeshEvents(database.db, { org: 'acme', limit: 10 });
    expect(facts.items.map(({ event_type }) => event_type)).toEqual([
      'agent.resumed',
      'agent.killed',
      'mesh.started',
    ]);
    expect(await ordersOf(database.db, { org: 'acme', limit: 5 })).toMatchObject([
      { order_id: orderId, lift_reason: 'fixed' },
    ]);
    expect(await receiptsOf(database.db, orderId)).toMatchObject([
      { gateway: 'eu-1', boot: 1, before_last_act: 'intent.send', before_hour: 40 },
    ]);
    expect(await refusalsOf(database.db, orderId)).toMatchObject([
      { gateway: 'eu-1', act: 'intent.send', refused: 2 },
    ]);
    expect(await totals()).toMatchObject({ sent: 3, refused: 2 });
  });

  it('goes on from where the tables are', async () => {
    const first = start();
    await projected('ACTIVITY', await appendAll(run(1, 50)));
    await first.stop();
    const last = await appendAll(run(51, 50));
    start();
    await projected('ACTIVITY', last);
    expect(await totals()).toMatchObject({ heartbeats: 100, cost_micro_usd: 1_000_000 });
  });

  it('counts nothing twice when its connection dies in the midst of a transaction', async () => {
    start();
    await projected('ACTIVITY', await appendAll([heartbeat(1)]));
    const other = openDatabase({ url: databaseUrl, name: 'blocker' });
    let last = 0;
    await other.db.transaction().execute(async (transaction) => {
      await sql`lock table read_model.agents in exclusive mode`.execute(transaction);
      last = await appendAll(run(2, 40));
      const victim = await until(async () => {
        const { rows } = await sql<{ pid: number }>`
          select pid from pg_stat_activity where wait_event_type = 'Lock'
          and datname = current_database() and query like '%"agents"%'`.execute(other.db);
        return rows[0]?.pid;
      });
      await sql`select pg_terminate_backend(${victim}::int)`.execute(other.db);
    });
    await other.close();
    await projected('ACTIVITY', last);
    expect(await totals()).toMatchObject({ heartbeats: 41, intents_total: 41 });
  });

  it('makes tables anew that were dropped beneath it', async () => {
    start();
    await projected('ACTIVITY', await appendAll(run(1, 30)));
    await sql`drop schema read_model cascade`.execute(database.db);
    await projected('ACTIVITY', await appendAll([heartbeat(31)]));
    expect(await totals()).toMatchObject({ heartbeats: 31 });
  });

  it('counts nothing twice when two run at once', async () => {
    start();
    start();
    let last = 0;
    for (let n = 0; n < 10; n += 1) last = await appendAll(run(n * 20, 20));
    await projected('ACTIVITY', last);
    expect(await totals()).toMatchObject({ heartbeats: 200 });
  });

  it('rebuilds the same tables while events go on coming', async () => {
    start();
    await control.append(logStarted(FIRST_LOG));
    await control.append(stopOrdered(1));
    await appendAll(run(1, 400));
    const first = await appendAll([stopApplied(0), ...run(401, 100, refusal)]);
    await Promise.all([projected('CONTROL', 2), projected('ACTIVITY', first)]);
    let sent = 500;
    let last = first;
    let answered = false;
    const traffic = (async () => {
      while (!answered) {
        last = await appendAll(run(sent + 1, 10));
        sent += 10;
      }
    })();
    const report = await ask({ op: 'rebuild' }).finally(() => (answered = true));
    await traffic;
    expect(report).toMatchObject({ ok: true, identical: true, positions: { CONTROL: 2 } });
    if (!('tables' in report)) throw new Error('not a report');
    expect(report.tables.find(({ name }) => name === 'audit_log')?.rows).toBeGreaterThanOrEqual(
      102,
    );
    await projected('ACTIVITY', last);
    expect(await totals()).toMatchObject({ heartbeats: sent - 100, refused: 200 });
    expect(await ask({ op: 'rebuild' })).toMatchObject({ ok: true, identical: true });
  });

  it('tells a difference that a rebuild finds, and mends it', async () => {
    start();
    await projected('ACTIVITY', await appendAll(run(1, 3)));
    await sql`update read_model.usage_day set sent = 99`.execute(database.db);
    const report = await ask({ op: 'rebuild' });
    expect(report).toMatchObject({ ok: true, identical: false });
    if (!('tables' in report)) throw new Error('not a report');
    const differing = report.tables.filter(({ before, after }) => before !== after);
    expect(differing.map(({ name }) => name)).toEqual(['usage_day']);
    expect(await ask({ op: 'rebuild' })).toMatchObject({ ok: true, identical: true });
  });

  it('stops at an event that it cannot read, and goes on when a newer build can', async () => {
    const old = start();
    const unknown = (await appendAll([heartbeat(1), fromTheFuture(2), heartbeat(3)])) - 1;
    await until(() => old.checks().activity_projection?.().detail?.includes('AgentPraised'));
    expect(old.checks().activity_projection?.()).toMatchObject({
      ok: false,
      detail: expect.stringContaining(`sequence ${unknown}`) as string,
    });
    expect(await ask({ op: 'status' })).toMatchObject({
      streams: [
        { stream: 'CONTROL', state: 'following' },
        { stream: 'ACTIVITY', state: 'stopped', position: unknown - 1, behind: 2 },
      ],
    });
    expect(await totals()).toMatchObject({ heartbeats: 1 });
    await old.stop();
    start(newerBuild());
    await projected('ACTIVITY', unknown + 1);
    expect(await totals()).toMatchObject({ heartbeats: 3 });
  });

  it('stops at a log that is not the one that the tables were made of, until they are rebuilt', async () => {
    const first = start();
    await control.append(logStarted(FIRST_LOG));
    await control.append(stopOrdered(1));
    await projected('CONTROL', 2);
    await first.stop();
    await nats.close();
    await connectAnew();
    const second = start();
    await control.append(logStarted(SECOND_LOG));
    await until(() =>
      second.checks().control_projection?.().detail?.includes('estop audit rebuild'),
    );
    expect(await ask({ op: 'rebuild' })).toMatchObject({ ok: true, identical: false });
    await until(() => second.checks().control_projection?.().ok);
    expect((await listAudit(database.db, { org: null, limit: 5 })).items).toMatchObject([
      { details: { incarnation: SECOND_LOG } },
    ]);
  });

  it('tells stale, unreachable and recovered agents once each, though two are looking', async () => {
    start();
    start();
    const told = async (...types: string[]) =>
      await until(async () => {
        const { items } = await listMeshEvents(database.db, { org: 'acme', limit: 10 });
        const found = items.map(({ event_type }) => event_type).reverse();
        return found.length >= types.length && found;
      });
    await appendAll([heartbeat(0)]);
    await told('agent.healthy');
    nowMs = START_MS + 90_001;
    await told('agent.healthy', 'agent.stale');
    nowMs = START_MS + 300_001;
    await told('agent.healthy', 'agent.stale', 'agent.unreachable');
    nowMs = START_MS + 400_000;
    await appendAll([heartbeat(39_000)]);
    const all = ['agent.healthy', 'agent.stale', 'agent.unreachable', 'agent.healthy'];
    expect(await told(...all)).toEqual(all);
    expect(await activity.lastSequence()).toBe(6);
  });

  it('answers what it does not understand with the cure', async () => {
    start();
    expect(await ask({ op: 'erase' })).toEqual({
      ok: false,
      error: { code: 'invalid_request', message: expect.stringContaining('"op"') as string },
    });
  });

  /** Knows the event that this build does not, and takes it for a heartbeat. */
  const newerBuild = (): Logs => ({
    messaging: () => nats.messaging(),
    eventStore: (stream, codec) =>
      nats.eventStore(stream, {
        ...codec,
        decode: (text) => codec.decode(text.replace('AgentPraised', 'HeartbeatReceived')),
      }),
  });
});
