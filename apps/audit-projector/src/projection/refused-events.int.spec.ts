import { jest } from '@jest/globals';
import { generateKey, openKey, signedEvent, type SigningKey } from '#containment';
import {
  type ControlEvent,
  controlEvents,
  eventCodec,
  gatewaySubject,
  live,
  type NodeId,
  nodeSubject,
  ProjectorAnswer,
  streams,
} from '#contracts';
import {
  type Database,
  listAudit,
  listMeshEvents,
  openDatabase,
  ordersOf,
  projectionPositions,
} from '#database';
import type { AppendRequest, EventStore } from '#event-store';
import { connectNats, type Nats, provisionStreams } from '#event-store-jetstream';
import type { RunningService } from '#platform';
import { claimDatabase, claimNatsAccount, until } from '#testing';
import { logStarted, region, stopLifted, stopOrdered } from '../example-events.js';
import { startProjector } from '../start-projector.js';

jest.setTimeout(60_000);

type Request = AppendRequest<ControlEvent>;

const NODE = 'n1';
const signedBy = (key: SigningKey, { subject, event }: Request): Request => ({
  subject,
  event: signedEvent(event, NODE, key),
});

/** The node's join, which brings its key. */
const joined = (n: number, { publicKey, keyId }: SigningKey, subject: string): Request => {
  const { type: _type, data: _data, ...envelope } = stopLifted(n).event;
  const data = { node: NODE as NodeId, name: 'n', join: 'j', publicKey, keyId, url: null };
  const event = { ...envelope, type: 'NodeJoined', data } as ControlEvent;
  return { subject, event };
};

describe('events that gateways and nodes refuse', () => {
  let nats: Nats;
  let control: EventStore<ControlEvent>;
  let database: Database;
  let start: () => Promise<RunningService>;
  let service: RunningService | null = null;

  beforeAll(async () => {
    const { url, user, password } = await claimNatsAccount();
    nats = await connectNats({ servers: url, user, password, name: 'spec' });
    await provisionStreams(nats, { replicas: 1 });
    control = nats.eventStore(streams.control.name, eventCodec<ControlEvent>(controlEvents));
    const databaseUrl = (await claimDatabase()).url;
    database = openDatabase({ url: databaseUrl, name: 'spec' });
    const nat = { natsUrl: url, natsUser: user, natsPassword: password };
    const rest = { port: 0, logLevel: 'silent', otlpUrl: null, databaseUrl, region } as const;
    start = () => startProjector({ host: '127.0.0.1', ...nat, ...rest });
  });

  afterAll(async () => {
    await service?.stop();
    await nats?.close();
    await database?.close();
  });

  const append = async (...requests: readonly Request[]): Promise<void> => {
    let last = 0;
    for (const request of requests) last = (await control.append(request)).sequence;
    const projected = async () => ((await projectionPositions(database.db)).CONTROL ?? 0) >= last;
    await until(projected, { timeoutMs: 20_000 });
  };

  const rebuild = async () => {
    const request = JSON.stringify({ op: 'rebuild' });
    const answer = await nats.messaging().request(live.projector, request, 20_000);
    return ProjectorAnswer.parse(JSON.parse(Buffer.from(answer).toString()));
  };

  const told = async () =>
    [...(await listAudit(database.db, { org: null, limit: 20 })).items]
      .sort((a, b) => a.sequence - b.sequence)
      .map(({ type, refused }) => [type, refused]);
  const facts = async () =>
    (await listMeshEvents(database.db, { org: null, limit: 20 })).items.map(
      ({ event_type }) => event_type,
    );
  const order = async () => (await ordersOf(database.db, { org: 'acme', limit: 5 }))[0];

  it('stand in the audit as refused and lift nothing, live, after a restart and after a rebuild', async () => {
    const key = openKey(generateKey());
    const stranger = openKey(generateKey());
    service = await start();
    await append(
      logStarted('incarnation-one-1'),
      signedBy(key, joined(1, key, nodeSubject(NODE))),
      signedBy(key, stopOrdered(2)),
      stopLifted(3),
      signedBy(stranger, stopLifted(4)),
      signedBy(stranger, joined(5, stranger, gatewaySubject('g1'))),
    );
    const refused = [
      ['LogStarted', null],
      ['NodeJoined', null],
      ['StopOrdered', null],
      ['StopLifted', 'unsigned'],
      ['StopLifted', 'forged'],
      ['NodeJoined', 'forged'],
    ];
    expect(await told()).toEqual(refused);
    expect(await facts()).toEqual(['agent.killed', 'node.joined', 'mesh.started']);
    expect(await order()).toMatchObject({ lifted_at: null });
    expect(await rebuild()).toMatchObject({ ok: true, identical: true });
    expect(await told()).toEqual(refused);

    // The next process has the keys of what it does not read again.
    await service.stop();
    service = await start();
    await append(signedBy(stranger, stopLifted(6)), signedBy(key, stopLifted(7)));
    expect((await told()).slice(-2)).toEqual([
      ['StopLifted', 'forged'],
      ['StopLifted', null],
    ]);
    expect(await order()).toMatchObject({ lift_sequence: 8, lift_reason: 'fixed' });
    expect(await rebuild()).toMatchObject({ ok: true, identical: true });
    expect(await order()).toMatchObject({ lift_sequence: 8 });
  });
});
