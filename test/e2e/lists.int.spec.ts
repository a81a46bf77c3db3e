import { jest } from '@jest/globals';
import {
  activityEvents,
  activitySubject,
  eventCodec,
  partsOf,
  streams,
  type ActivityEvent,
  type Address,
  type GatewayId,
  type RegionName,
} from '#contracts';
import { migrate, openDatabase, type Database } from '#database';
import { createLogger, createMetrics, record, systemClock, systemIds } from '#platform';
import { claimDatabase, claimNatsAccount, until } from '#testing';
import { AuditProjector } from '../../apps/audit-projector/src/audit-projector.js';
import { ExampleMesh } from '../../apps/command-api/src/example/example-mesh.js';

jest.setTimeout(60_000);

const region = 'near' as RegionName;
const mailer = 'agent://acme/production/mailer' as Address;
const other = 'agent://acme/staging/other' as Address;

interface Listed {
  readonly agents: readonly { readonly address: string; readonly health_status: string }[];
  readonly summary: Readonly<Record<string, number>>;
}

describe('lists, from the read model and without it', () => {
  let mesh: ExampleMesh;
  let database: Database;
  let projector: AuditProjector;
  let admin: string;
  let viewer: string;

  beforeAll(async () => {
    const { url } = await claimDatabase();
    database = openDatabase({ url, name: 'lists', onIdleError: () => undefined });
    await migrate(database.db);
    mesh = await ExampleMesh.start({ nats: await claimNatsAccount(), database: database.db });
    projector = new AuditProjector({
      db: database.db,
      patientDb: database.db,
      nats: mesh.nats,
      region,
      metrics: createMetrics('lists', { processDefaults: false }),
      clock: systemClock,
      log: createLogger({ service: 'lists', level: 'silent' }),
    });
    projector.start();
    admin = await mesh.key({ roles: ['admin'], meshWide: true });
    viewer = await mesh.key({ roles: ['viewer'] });
    for (const [workspace_id, name] of [
      ['production', 'mailer'],
      ['staging', 'other'],
    ]) {
      const body = { org_id: 'acme', workspace_id, name };
      expect(await mesh.call(admin, 'POST /v1/service-accounts', body)).toMatchObject({
        status: 200,
      });
    }
  });
  afterAll(async () => {
    await projector?.stop();
    await mesh?.stop();
    await database?.close().catch(() => undefined);
  });

  const heartbeat = async (address: Address): Promise<void> => {
    const { org, workspace, name } = partsOf(address);
    const usage = {
      intentsTotal: 4,
      intentsSucceeded: 3,
      intentsFailed: 1,
      costMicroUsd: 250_000,
      tokensIn: 10,
      tokensOut: 20,
      avgLatencyMs: 50,
    };
    const gateway = 'near-1' as GatewayId;
    const data = { address, region, gateway, instance: null, answered: 'healthy', usage };
    const actor = { kind: 'agent', id: address, via: 'http' } as const;
    const about = { actor, org, workspace, correlationId: 'heartbeat' };
    const event = record(
      { type: 'HeartbeatReceived' as const, data },
      about,
      systemClock,
      systemIds,
    );
    const activity = mesh.nats.eventStore(
      streams.activity.name,
      eventCodec<ActivityEvent>(activityEvents),
    );
    await activity.append({ subject: activitySubject(region, org, workspace, name), event });
  };
  const list = async (query = ''): Promise<Listed> =>
    (await mesh.call(viewer, `GET /v1/mesh/agents${query}`)).body as Listed;
  const path = (verb: string) => `POST /v1/mesh/agents/${encodeURIComponent(mailer)}/${verb}`;

  it('show health and use within a second of the heartbeat', async () => {
    expect(await list()).toMatchObject({ summary: { total: 2, unknown: 2 } });
    await heartbeat(mailer);
    const listed = await until(async () => {
      const now = await list();
      return now.summary.healthy === 1 && now;
    });
    expect(listed).toMatchObject({
      agents: [
        { address: mailer, health_status: 'healthy', intents_period: 4, cost_period: 0.25 },
        { address: other, health_status: 'unknown', last_heartbeat_at: null, intents_period: 0 },
      ],
    });
    expect(listed).not.toHaveProperty('stale');
    expect((await list('?health=active')).agents.map(({ address }) => address)).toEqual([mailer]);
    expect(await list('?health=unknown&limit=1')).toMatchObject({
      agents: [{ address: other }],
      summary: { total: 2 },
      next_cursor: null,
    });
  });

  it('tell one agent with its use, its events and what holds it', async () => {
    const order = (await mesh.call(admin, path('kill'), { reason: 'ran wild' })).body as {
      order: { order_id: string };
    };
    const { order_id } = order.order;
    const shown = await until(async () => {
      const { body } = await mesh.call(viewer, `GET /v1/mesh/agents/${encodeURIComponent(mailer)}`);
      return JSON.stringify(body).includes('agent.killed') && body;
    });
    expect(shown).toMatchObject({
      ok: true,
      agent: {
        address: mailer,
        health_status: 'killed',
        stop: { mode: 'halt', order_id, reason: 'ran wild' },
      },
      metrics: { intents_total: 4, intents_failed: 1, cost_usd: 0.25, avg_latency_ms: 50 },
      held_by: [{ order_id, mode: 'halt' }],
    });
    const usage = await mesh.call(
      viewer,
      `GET /v1/mesh/agents/${encodeURIComponent(mailer)}/usage?step=day`,
    );
    expect(usage).toMatchObject({
      status: 200,
      body: { usage: [{ intents_total: 4 }], total: { cost_usd: 0.25, avg_latency_ms: 50 } },
    });
  });

  it('tell the fleet’s facts and the audit newest first, of one’s own org', async () => {
    await mesh.call(admin, path('resume'), { reason: 'mended' });
    const events = await until(async () => {
      const { body } = await mesh.call(
        viewer,
        `GET /v1/mesh/events?address=${encodeURIComponent(mailer)}`,
      );
      const found = body as { events: { event_type: string }[] };
      return found.events[0]?.event_type === 'agent.resumed' && found.events;
    });
    expect(events.map(({ event_type }) => event_type)).toEqual([
      'agent.resumed',
      'agent.killed',
      'agent.registered',
    ]);
    expect(events[0]).toMatchObject({ address: mailer, details: { reason: 'mended' } });
    const killed = await mesh.call(viewer, 'GET /v1/mesh/events?event_type=agent.killed&limit=1');
    expect(killed).toMatchObject({ body: { events: [{ event_type: 'agent.killed' }] } });
    const audit = await mesh.call(viewer, 'GET /v1/audit?type=StopLifted');
    expect(audit).toMatchObject({
      status: 200,
      body: { entries: [{ stream: 'CONTROL', type: 'StopLifted', reason: 'mended', org: 'acme' }] },
    });
    const stranger = await mesh.key({ roles: ['admin'], org: 'globex', workspace: 'main' });
    const foreign = await mesh.call(stranger, 'GET /v1/audit?limit=1000');
    expect(JSON.stringify(foreign.body)).not.toContain('acme');
    expect(await mesh.call(viewer, 'GET /v1/audit?cursor=x')).toMatchObject({ status: 422 });
  });

  it('a rebuild through the API gives identical tables', async () => {
    const rebuilt = await mesh.call(admin, 'POST /v1/audit/rebuild');
    expect(rebuilt).toMatchObject({
      status: 200,
      body: { ok: true, rebuilding: false, identical: true },
    });
    expect(await mesh.call(viewer, 'POST /v1/audit/rebuild')).toMatchObject({ status: 403 });
    expect(await mesh.call(viewer, 'GET /v1/audit/projection')).toMatchObject({
      status: 200,
      body: { rebuilding: false, streams: [{}, {}] },
    });
  });

  it('without Postgres stops go on, lists come from the log, and histories say that they cannot', async () => {
    await projector.stop();
    await database.close();
    expect(await mesh.call(admin, path('kill'))).toMatchObject({
      status: 200,
      body: { agent: { health_status: 'killed' } },
    });
    expect(await list()).toMatchObject({
      stale: true,
      agents: [
        { address: mailer, health_status: 'killed' },
        { address: other, health_status: 'unknown' },
      ],
    });
    for (const route of ['/v1/mesh/events', '/v1/audit']) {
      const answer = await mesh.call(viewer, `GET ${route}`);
      expect(answer).toMatchObject({
        status: 503,
        body: { error: { code: 'read_model_unavailable', retryable: true } },
      });
      expect(answer.headers['retry-after']).toBe('2');
    }
    expect(await mesh.call(viewer, 'GET /v1/audit/projection')).toMatchObject({ status: 503 });
    expect(await mesh.call(admin, path('resume'))).toMatchObject({
      status: 200,
      body: { changed: true },
    });
  });
});
