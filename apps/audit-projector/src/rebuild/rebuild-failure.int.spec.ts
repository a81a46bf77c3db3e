import { jest } from '@jest/globals';
import { sql } from 'kysely';
import {
  type ActivityEvent,
  activityEvents,
  eventCodec,
  live,
  ProjectorAnswer,
  streams,
} from '#contracts';
import { type Database, listAgentStats, openDatabase, projectionPositions } from '#database';
import type { EventStore } from '#event-store';
import { connectNats, type Nats, provisionStreams } from '#event-store-jetstream';
import type { RunningService } from '#platform';
import { claimNatsAccount, spawnPostgres, temporaryDirectory, until } from '#testing';
import { refusal, region, START_MS } from '../example-events.js';
import { startProjector } from '../start-projector.js';

jest.setTimeout(60_000);

const REFUSALS = 400;
const LOCK = 4711;

/** The service on a Postgres of its own, whose COPY into the shadow is made to stop or to fail in its middle. */
describe('a rebuild whose COPY fails in its middle', () => {
  let dir: string;
  let postgres: Awaited<ReturnType<typeof spawnPostgres>>;
  let nats: Nats;
  let activity: EventStore<ActivityEvent>;
  let service: RunningService;
  let database: Database;
  let sent = 0;

  beforeAll(async () => {
    dir = temporaryDirectory('postgres');
    postgres = await spawnPostgres({ dir });
    const { url, user, password } = await claimNatsAccount();
    nats = await connectNats({ servers: url, user, password, name: 'spec' });
    await provisionStreams(nats, { replicas: 1 });
    activity = nats.eventStore(streams.activity.name, eventCodec<ActivityEvent>(activityEvents));
    service = await startProjector({
      host: '127.0.0.1',
      port: 0,
      logLevel: 'silent',
      otlpUrl: null,
      natsUrl: url,
      natsUser: user,
      natsPassword: password,
      databaseUrl: postgres.url,
      region,
    });
    database = openDatabase({ url: postgres.url, name: 'spec', onIdleError: () => undefined });
    await refuse(REFUSALS);
  });

  afterAll(async () => {
    await service?.stop();
    await nats?.close();
    await database?.close();
    await postgres?.stop();
  });

  const refused = async () =>
    (await listAgentStats(database.db, { org: 'acme', window: 'day', nowMs: START_MS }))[0]?.metrics
      .refused;

  /** Appends so many and waits until the live tables have them all, each once. */
  const refuse = async (count: number): Promise<void> => {
    const events = Array.from({ length: count }, (_, index) => refusal(sent + index));
    const { sequence } = await activity.appendAll(events);
    sent += count;
    await until(async () => ((await projectionPositions(database.db)).ACTIVITY ?? 0) >= sequence, {
      timeoutMs: 20_000,
      what: `ACTIVITY up to ${sequence}`,
    });
    expect(await refused()).toBe(sent * 2);
  };

  const rebuild = async () => {
    const request = JSON.stringify({ op: 'rebuild' });
    const answer = await nats.messaging().request(live.projector, request, 20_000);
    return ProjectorAnswer.parse(JSON.parse(Buffer.from(answer).toString()));
  };

  const linesOfLive = async () =>
    (
      await sql<{ n: number; hash: string }>`select count(*)::int as n,
        sum(hashtextextended(t::text, 0))::text as hash from read_model.audit_log as t`.execute(
        database.db,
      )
    ).rows;

  /** Each shadow that is made from now on does this at its 200th line. */
  const atTheMiddle = async (what: string): Promise<void> => {
    const { db } = database;
    await sql`create or replace function midway() returns trigger language plpgsql as
      ${sql.lit(`begin if new.sequence = 200 then ${what}; end if; return new; end`)}`.execute(db);
    await sql`create or replace function arm() returns event_trigger language plpgsql as
      ${sql.lit(`begin if exists (select from pg_event_trigger_ddl_commands()
        where object_identity = 'read_model_shadow.audit_log') then
        create trigger midway before insert on read_model_shadow.audit_log
        for each row execute function public.midway(); end if; end`)}`.execute(db);
    await sql`create event trigger arm on ddl_command_end when tag in ('CREATE TABLE')
      execute function arm()`.execute(db);
  };
  const asUsual = () => sql`drop event trigger if exists arm`.execute(database.db);

  /** Does something while the COPY of a rebuild stands in its middle; the answer is that of the rebuild. */
  const whileCopying = async (work: (pid: number) => Promise<unknown>) => {
    await atTheMiddle(`perform pg_advisory_xact_lock(${LOCK})`);
    const holder = await database.db.startTransaction().execute();
    await sql`select pg_advisory_xact_lock(${sql.lit(LOCK)})`.execute(holder);
    const answer = rebuild();
    const pid = await until(async () => {
      const { rows } = await sql<{ pid: number }>`select pid from pg_stat_activity
        where wait_event_type = 'Lock' and query like 'copy %'`.execute(database.db);
      return rows[0]?.pid;
    });
    await work(pid);
    const release = async () => {
      await holder.rollback().execute();
    };
    return await answer.finally(() => release().catch(() => undefined));
  };

  const failure = (message: RegExp) => ({
    ok: false,
    error: { code: 'rebuild_failed', message: expect.stringMatching(message) as string },
  });

  /** Live projection goes on, and the next rebuild finds nothing that differs. */
  const allIsWell = async (): Promise<void> => {
    await refuse(10);
    await asUsual();
    expect(await rebuild()).toMatchObject({ ok: true, identical: true });
    await refuse(10);
  };

  it('answers with what the server said, and leaves the live tables alone', async () => {
    const before = await linesOfLive();
    await atTheMiddle("raise exception 'no room'");
    const told = /^Postgres did not take the rows: no room/;
    expect(await rebuild()).toEqual(failure(told));
    expect(await rebuild()).toEqual(failure(told));
    expect(await linesOfLive()).toEqual(before);
    await allIsWell();
  });

  it('answers that its server process was ended, while live events went on', async () => {
    const before = await linesOfLive();
    const answer = await whileCopying(async (pid) => {
      expect(await linesOfLive()).toEqual(before);
      await refuse(10);
      await sql`select pg_terminate_backend(${pid}::int)`.execute(database.db);
    });
    expect(answer).toEqual(failure(/^Postgres did not take the rows: terminating connection/));
    await allIsWell();
  });

  it('answers that Postgres was lost when it is killed, and rebuilds once it is back', async () => {
    const before = await linesOfLive();
    const answer = await whileCopying(() => postgres.crash());
    expect(answer).toEqual(failure(/^Postgres did not take the rows: /));
    postgres = await spawnPostgres({ dir, port: postgres.port });
    await until(async () => (await fetch(`${service.url}/readyz`)).status === 200, {
      timeoutMs: 20_000,
    });
    expect(await linesOfLive()).toEqual(before);
    await allIsWell();
  });
});
