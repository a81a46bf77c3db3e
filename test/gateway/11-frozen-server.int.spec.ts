import { join } from 'node:path';
import { KILL_PATH_PING_MS } from '#containment';
import {
  controlEvents,
  controlSubject,
  eventCodec,
  streams,
  type ControlEvent,
  type ControlFact,
  type GatewayId,
  type OrgName,
  type RegionName,
  type WorkspaceName,
} from '#contracts';
import { freePort, type RunningServer } from '#embedded';
import type { EventStore } from '#event-store';
import { connectNats, provisionStreams, Ways, type Nats } from '#event-store-jetstream';
import {
  createLogger,
  formatKey,
  record,
  sha256Hex,
  systemClock,
  systemIds,
  type RunningService,
} from '#platform';
import { spawnNatsServer, temporaryDirectory, until } from '#testing';
import { CommandApiConfig } from '../../apps/command-api/src/command-api.config.js';
import { ExampleGateway } from '../../apps/command-api/src/example/example-gateway.js';
import { foundation } from '../../apps/command-api/src/example/foundation.js';
import { startCommandApi } from '../../apps/command-api/src/start-command-api.js';
import { openGateway, type Gateway } from '../../apps/gateway/src/gateway.js';

const ORG = 'acme' as OrgName;
const WORKSPACE = 'production' as WorkspaceName;
const agentOf = (name: string): string => `agent://acme/production/${name}`;
/** This connection does not notice by itself, in this test, that its server stands still. */
const NEVER_MS = 600_000;

interface Order {
  readonly order_id: string;
  readonly changed: boolean;
  readonly effective: { readonly acked: number; readonly of: number };
}

const yes = (): boolean => true;

/** Together they keep the log, so it goes on without one of them. */
const clusterOfThree = async (): Promise<RunningServer[]> => {
  const ports = [await freePort(), await freePort(), await freePort()];
  const routes = JSON.stringify(ports.map((port) => `nats://127.0.0.1:${port}`));
  const cluster = (port: number): string =>
    `cluster { name: "three", host: "127.0.0.1", port: ${port}, routes: ${routes} }`;
  return Promise.all(
    ports.map((port, at) => spawnNatsServer({ name: `s${at}`, config: cluster(port) })),
  );
};

/** Everybody is given all three servers, and stands on the first with its traffic. */
describe('a stop that is handed in at a gateway', () => {
  let servers: RunningServer[];
  let nats: Nats;
  let data: Nats;
  let control: Ways;
  let log: EventStore<ControlEvent>;
  let node: RunningService;
  let gateway: Gateway;
  let silent: ExampleGateway;
  let key: string;

  const append = async (subject: string, fact: ControlFact): Promise<void> => {
    const actor = { kind: 'system', id: 'example', via: 'start' } as const;
    const about = { actor, org: null, workspace: null, correlationId: 'example' };
    const event = record(fact, about, systemClock, systemIds) as ControlEvent;
    await log.append({ subject, event });
  };
  const operatorKey = async (): Promise<string> => {
    const keyId = systemIds.keyId();
    const secret = systemIds.secret();
    const holder = { kind: 'op', name: 'ada', roles: ['operator'], meshWide: false } as const;
    const limits = { workspaceOnly: false, expiresAt: null, createdByNote: null };
    const kept = { secretSha256: sha256Hex(secret), hint: secret.slice(-4) };
    const place = { org: ORG, workspace: WORKSPACE };
    await append(controlSubject(ORG, WORKSPACE, 'key', keyId), {
      type: 'KeyIssued',
      data: {
        keyId,
        holder: { ...holder, roles: [...holder.roles] },
        ...place,
        ...kept,
        ...limits,
      },
    });
    return formatKey({ kind: 'op', keyId, secret });
  };
  const kill = async (name: string): Promise<{ status: number; order: Order }> => {
    const path = `/v1/mesh/agents/${encodeURIComponent(agentOf(name))}/kill`;
    const response = await fetch(`${gateway.url}${path}`, {
      method: 'POST',
      headers: { 'x-api-key': key },
    });
    const body = (await response.json()) as { order: Order };
    // A refusal has no order: it is shown as it is.
    expect(body).toHaveProperty('order');
    return { status: response.status, order: body.order };
  };
  const standing = (name: string): readonly string[] =>
    [...gateway.view.standing(ORG)]
      .filter(({ selector }) => 'agent' in selector && selector.agent === agentOf(name))
      .map(({ orderId }) => orderId);

  beforeAll(async () => {
    servers = await clusterOfThree();
    const urls = servers.map(({ url }) => url);
    nats = await connectNats({ servers: urls, name: 'test' });
    await until(() => provisionStreams(nats, { replicas: 3 }).then(yes), {
      timeoutMs: 40_000,
      everyMs: 200,
    });
    log = nats.eventStore(streams.control.name, eventCodec<ControlEvent>(controlEvents));
    for (const [subject, fact] of foundation) await append(subject, fact);
    key = await operatorKey();
    const [dataDir, natsUrl, logLevel] = [temporaryDirectory('node'), urls.join(','), 'silent'];
    const config = { dataDir, natsUrl, logLevel, port: '0', canarySeconds: '0' };
    node = await startCommandApi(CommandApiConfig.parse(config));
    data = await connectNats({ servers: urls, name: 'data', pingIntervalMs: NEVER_MS });
    control = await Ways.open({
      servers: urls,
      name: 'control',
      pingIntervalMs: KILL_PATH_PING_MS,
    });
    gateway = await openGateway({
      ...{ nats: data, control, dataDir: temporaryDirectory('gateway'), port: 0 },
      gateway: 'us-east-1' as GatewayId,
      region: 'us-east' as RegionName,
      log: createLogger({ service: 'gateway', level: 'silent' }),
    });
    await gateway.serving;
    const directory = join(temporaryDirectory('silent'), 'g');
    const wires = { log: nats.rawLog(streams.control.name), messaging: nats.messaging() };
    silent = new ExampleGateway({ ...wires, directory, id: 'us-east-2', region: 'us-east' });
  }, 60_000);
  afterAll(async () => {
    await Promise.all([gateway?.stop(), silent?.stop()]);
    await node?.stop();
    await Promise.all([nats, data, control].map((connection) => connection?.close()));
    await Promise.all((servers ?? []).map((server) => server.stop()));
  }, 30_000);

  it('is ordered while the server stands still on which all traffic goes, and nobody has noticed yet', async () => {
    const { pid } = servers[0] as RunningServer;
    process.kill(pid, 'SIGSTOP');
    try {
      const { status, order } = await kill('rogue');
      expect(status).toBe(200);
      expect(order).toMatchObject({ changed: true, effective: { acked: 1, of: 1 } });
      expect(standing('rogue')).toEqual([order.order_id]);
      expect(data.connected()).toBe(true);
    } finally {
      process.kill(pid, 'SIGCONT');
    }
  }, 30_000);

  it('is one stop however often it was asked for until its slow answer came', async () => {
    await silent.join();
    await until(async () => (await kill('seen-by-both')).order.effective.of === 2);
    silent.mute();
    const { status, order } = await kill('slow');
    expect(status).toBe(200);
    expect(order).toMatchObject({ changed: true, effective: { acked: 1, of: 2 } });
    expect(standing('slow')).toEqual([order.order_id]);
    const subject = controlSubject(ORG, WORKSPACE, 'stop', order.order_id);
    await until(async () => (await log.read(subject)).length > 0);
    const types = (await log.read(subject)).map(
      ({ decoded }) => decoded.known && decoded.event.type,
    );
    expect(types).toEqual(['StopOrdered']);
    const subjects = gateway.view.orders(ORG);
    const placed = [...subjects].filter(
      ({ selector }) => 'agent' in selector && selector.agent === agentOf('slow'),
    );
    expect(placed).toHaveLength(1);
  }, 30_000);
});
