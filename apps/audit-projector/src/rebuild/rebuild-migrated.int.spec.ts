import { jest } from '@jest/globals';
import { sql } from 'kysely';
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
  openDatabase,
  projectionPositions,
  receiptsOf,
  refusalsOf,
} from '#database';
import { connectNats, type Nats, provisionStreams } from '#event-store-jetstream';
import type { RunningService } from '#platform';
import { claimDatabase, claimNatsAccount, until } from '#testing';
import {
  heartbeat,
  logStarted,
  orderId,
  refusal,
  region,
  stopApplied,
  stopLifted,
  stopOrdered,
} from '../example-events.js';
import { startProjector } from '../start-projector.js';

jest.setTimeout(60_000);

/** As a build left them that knew the first schema alone. */
const takeBack = async ({ db }: Database): Promise<void> => {
  await sql`drop index read_model.audit_log_facts`.execute(db);
  await sql`drop table read_model.order_refusals`.execute(db);
  const columns = ['last_at', 'last_address', 'last_act', 'last_subject', 'minute', 'hour'];
  for (const name of [...columns, 'since']) {
    await sql`alter table read_model.order_receipts drop column ${sql.id(`before_${name}`)}`.execute(
      db,
    );
  }
  await sql`update read_model.audit_log set details = details - 'before'
    where type = 'StopApplied'`.execute(db);
  await sql`delete from read_model.applied_migrations where name = '0002-order-record'`.execute(db);
};

describe('a rebuild of tables that were migrated from the first schema', () => {
  let nats: Nats;
  let database: Database;
  let start: () => Promise<RunningService>;
  let service: RunningService | null = null;

  beforeAll(async () => {
    const { url, user, password } = await claimNatsAccount();
    nats = await connectNats({ servers: url, user, password, name: 'spec' });
    await provisionStreams(nats, { replicas: 1 });
    const databaseUrl = (await claimDatabase()).url;
    database = openDatabase({ url: databaseUrl, name: 'spec' });
    start = () =>
      startProjector({
        host: '127.0.0.1',
        port: 0,
        logLevel: 'silent',
        otlpUrl: null,
        natsUrl: url,
        natsUser: user,
        natsPassword: password,
        databaseUrl,
        region,
      });
  });

  afterAll(async () => {
    await service?.stop();
    await nats?.close();
    await database?.close();
  });

  const rebuild = async () => {
    const request = JSON.stringify({ op: 'rebuild' });
    const answer = await nats.messaging().request(live.projector, request, 20_000);
    return ProjectorAnswer.parse(JSON.parse(Buffer.from(answer).toString()));
  };

  /** A version 1 event, without what went out before the stop. */
  const appliedByAnOldGateway = () => {
    const request = stopApplied(20);
    if (request.event.type !== 'StopApplied') throw new Error('not a receipt');
    return {
      ...request,
      event: { ...request.event, data: { ...request.event.data, before: null } },
    };
  };

  it('finds them identical, with what was refused since each stop', async () => {
    service = await start();
    const control = nats.eventStore(streams.control.name, eventCodec<ControlEvent>(controlEvents));
    const activity = nats.eventStore(
      streams.activity.name,
      eventCodec<ActivityEvent>(activityEvents),
    );
    await control.append(logStarted('incarnation-one-1'));
    await control.append(stopOrdered(1));
    const refusals = Array.from({ length: 30 }, (_, index) => refusal(30 + index));
    const { sequence } = await activity.appendAll([
      heartbeat(2),
      appliedByAnOldGateway(),
      ...refusals,
    ]);
    await control.append(stopLifted(90));
    await until(
      async () => {
        const at = await projectionPositions(database.db);
        return (at.CONTROL ?? 0) >= 3 && (at.ACTIVITY ?? 0) >= sequence;
      },
      { timeoutMs: 20_000 },
    );
    await service.stop();
    await takeBack(database);
    service = await start();
    await until(async () => (await fetch(`${service?.url}/readyz`)).status === 200);
    const report = await rebuild();
    if (!('tables' in report)) throw new Error(JSON.stringify(report));
    expect(report.tables.filter(({ before, after }) => before !== after)).toEqual([]);
    expect(report).toMatchObject({ ok: true, identical: true });
    expect(await refusalsOf(database.db, orderId)).toMatchObject([{ refused: 60 }]);
    expect(await receiptsOf(database.db, orderId)).toMatchObject([{ before_since: null }]);
  });
});
