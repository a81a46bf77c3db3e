import { jest } from '@jest/globals';
import { type ActivityEvent, activityEvents, eventCodec, streams } from '#contracts';
import { listAgentStats, openDatabase, projectionPositions } from '#database';
import type { EventStore } from '#event-store';
import { connectNats, type Nats, provisionStreams } from '#event-store-jetstream';
import { type RunningService } from '#platform';
import { spawnNatsServer, spawnPostgres, temporaryDirectory, until } from '#testing';
import { heartbeat, region, START_MS } from './example-events.js';
import { startProjector } from './start-projector.js';

jest.setTimeout(60_000);

type Server = Awaited<ReturnType<typeof spawnPostgres>>;

/** The service on servers that crash and come back on the same directory and port. */
describe('the audit projector through an outage', () => {
  const dirs = { postgres: '', nats: '' };
  let postgres: Server;
  let broker: Server;
  let nats: Nats;
  let activity: EventStore<ActivityEvent>;
  let service: RunningService;
  let database: ReturnType<typeof openDatabase>;

  beforeAll(async () => {
    dirs.postgres = temporaryDirectory('postgres');
    dirs.nats = temporaryDirectory('nats');
    postgres = await spawnPostgres({ dir: dirs.postgres });
    broker = await spawnNatsServer({ dir: dirs.nats });
    nats = await connectNats({ servers: broker.url, name: 'spec' });
    await provisionStreams(nats, { replicas: 1 });
    activity = nats.eventStore(streams.activity.name, eventCodec<ActivityEvent>(activityEvents));
    service = await startProjector({
      host: '127.0.0.1',
      port: 0,
      logLevel: 'silent',
      otlpUrl: null,
      natsUrl: broker.url,
      natsUser: null,
      natsPassword: null,
      databaseUrl: postgres.url,
      region,
    });
    database = openDatabase({ url: postgres.url, name: 'spec', onIdleError: () => undefined });
  });

  afterAll(async () => {
    await service?.stop();
    await nats?.close();
    await database?.close();
    await postgres?.stop();
    await broker?.stop();
  });

  const ready = async (): Promise<number> => (await fetch(`${service.url}/readyz`)).status;

  const append = async (from: number, count: number): Promise<number> => {
    const events = Array.from({ length: count }, (_, index) => heartbeat(from + index));
    return (await activity.appendAll(events)).sequence;
  };

  /** `last` may be more by what the health reactor tells of these old heartbeats. */
  const projected = (last: number) =>
    until(async () => ((await projectionPositions(database.db)).ACTIVITY ?? 0) >= last, {
      timeoutMs: 20_000,
    });

  const heartbeats = async () =>
    (await listAgentStats(database.db, { org: 'acme', window: 'day', nowMs: START_MS }))[0]?.metrics
      .heartbeats;

  it('is ready once both logs are in the tables', async () => {
    await until(async () => (await ready()) === 200);
    await projected(await append(0, 10));
    const metrics = await (await fetch(`${service.url}/metrics`)).text();
    expect(metrics).toMatch(/estop_projection_behind_events\{stream="ACTIVITY".*\} 0/);
  });

  it('says that it is not ready while Postgres is away, and catches up when it is back', async () => {
    await postgres.crash();
    const last = await append(10, 10);
    await until(async () => (await ready()) === 503);
    postgres = await spawnPostgres({ dir: dirs.postgres, port: postgres.port });
    await projected(last);
    expect(await heartbeats()).toBe(20);
    await until(async () => (await ready()) === 200);
  });

  it('goes on after the log was away', async () => {
    await broker.crash();
    await until(async () => (await ready()) === 503);
    broker = await spawnNatsServer({ dir: dirs.nats, port: broker.port });
    const last = await until(() => append(20, 10), { timeoutMs: 15_000 });
    await projected(last);
    expect(await heartbeats()).toBe(30);
    await until(async () => (await ready()) === 200);
  });
});
