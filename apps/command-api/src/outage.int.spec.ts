import type { RunningServer } from '#embedded';
import { spawnNatsServer, temporaryDirectory, until } from '#testing';
import type { ExampleGateway } from './example/example-gateway.js';
import { ExampleMesh, type Answer } from './example/example-mesh.js';

const agentOf = (name: string): string => `agent://acme/production/${name}`;
const path = (verb: string, agent: string): string =>
  `POST /v1/mesh/agents/${encodeURIComponent(agent)}/${verb}`;

interface Order {
  readonly order_id: string;
  readonly state: string;
  readonly changed: boolean;
}
const orderOf = ({ body }: Answer): Order => (body as { order: Order }).order;
const codeOf = ({ body }: Answer): string => (body as { error: { code: string } }).error.code;

describe('while the control log is away', () => {
  const dir = temporaryDirectory('outage');
  let server: RunningServer;
  let mesh: ExampleMesh;
  let operator: string;
  let gateways: ExampleGateway[];

  beforeAll(async () => {
    server = await spawnNatsServer({ dir });
    mesh = await ExampleMesh.start({ nats: { url: server.url } });
    gateways = [await mesh.addGateway('near-1', 'near'), await mesh.addGateway('far-1', 'far')];
    operator = await mesh.key({ roles: ['operator'] });
    const platform = await mesh.key({ roles: ['platform'] });
    const body = { org_id: 'acme', workspace_id: 'production', name: 'known' };
    await mesh.call(platform, 'POST /v1/service-accounts', body);
  }, 20_000);
  afterAll(async () => {
    await mesh.stop();
    await server.stop();
  });

  const becomes = async (jetStream: boolean): Promise<void> => {
    await server.crash();
    server = await spawnNatsServer({ dir, port: server.port, jetStream });
    await until(() => mesh.nats.connected());
  };
  const kill = (agent: string, body?: object, headers: Record<string, string> = {}) =>
    mesh.call(operator, path('kill', agent), body, { headers });
  const shown = (orderId: string) => mesh.call(operator, `GET /v1/mesh/stops/${orderId}`);
  const isContained = async (orderId: string): Promise<boolean> =>
    ((await shown(orderId)).body as Order).state === 'contained';

  it('a stop takes hold everywhere, is told for what it is, and is in the log as soon as there is one', async () => {
    await becomes(false);
    const answer = await kill(agentOf('rogue'));
    expect(answer).toMatchObject({
      status: 200,
      body: {
        agent: { health_status: 'killed' },
        order: {
          state: 'effective',
          changed: true,
          committed: false,
          contained: false,
          sequence: null,
          effective: { acked: 2, of: 2 },
        },
      },
    });
    const { order_id } = orderOf(answer);
    for (const { enforced } of gateways) expect(enforced).toContain(order_id);
    const again = await kill(agentOf('rogue'), { wait: 'none' });
    expect(orderOf(again)).toMatchObject({ order_id, changed: false, state: 'effective' });
    expect(await shown(order_id)).toMatchObject({ status: 200, body: { committed: false } });
    await becomes(true);
    await until(() => isContained(order_id));
    expect(await shown(order_id)).toMatchObject({ body: { committed: true, contained: true } });
    await until(async () => {
      const history = await mesh.store.read(`control.acme.production.stop.${order_id}`);
      const types = history.map(({ decoded }) => decoded.known && decoded.event.type);
      return types.join() === 'StopOrdered,StopRepeated';
    });
  }, 30_000);

  it('an idempotency key makes one order, a known id is enough, and what needs the log says so', async () => {
    await becomes(false);
    const headers = { 'idempotency-key': 'one-and-the-same' };
    const [one, two] = [
      await kill(agentOf('twice'), { wait: 'none' }, headers),
      await kill(agentOf('twice'), { wait: 'none' }, headers),
    ];
    expect([one.status, two.status]).toEqual([200, 200]);
    expect(orderOf(two).order_id).toBe(orderOf(one).order_id);
    const fleet = await mesh.call(operator, 'GET /v1/mesh/gateways');
    expect(fleet).toMatchObject({ status: 200, body: { gateways: [{}, {}] } });
    const unknown = await mesh.call(operator, path('kill', `addr_${'a'.repeat(20)}`));
    expect([unknown.status, codeOf(unknown)]).toEqual([503, 'log_unavailable']);
    const plan = { mode: 'halt', selector: { org: 'acme' }, dry_run: true };
    const dry = await mesh.call(operator, 'POST /v1/mesh/stops', plan);
    expect([dry.status, codeOf(dry)]).toEqual([503, 'log_unavailable']);
    const lifted = await mesh.call(operator, path('resume', agentOf('twice')));
    expect([lifted.status, codeOf(lifted)]).toEqual([503, 'log_unavailable']);
    const wide = await mesh.call(operator, 'POST /v1/mesh/stops', {
      mode: 'halt',
      selector: { namespace: 'acme/staging' },
      timeout_ms: 100,
    });
    expect(wide).toMatchObject({ status: 202, body: { committed: false, contained: false } });
    await becomes(true);
    await until(() => isContained(orderOf(one).order_id));
    expect(await mesh.call(operator, path('resume', agentOf('twice')))).toMatchObject({
      status: 200,
      body: { changed: true },
    });
  }, 30_000);

  it('and NATS with it, a stop is taken, reaches nobody and says that, and holds once there is somebody', async () => {
    await server.crash();
    const answer = await kill(agentOf('lonely'), { timeout_ms: 50 });
    expect(answer).toMatchObject({
      status: 200,
      body: { order: { state: 'ordered', effective: { acked: 0, of: 2 }, committed: false } },
    });
    server = await spawnNatsServer({ dir, port: server.port });
    await until(() => isContained(orderOf(answer).order_id));
  }, 30_000);

  it('and the node ends, what is on its disk is pushed and appended by its next process', async () => {
    await server.crash();
    const answer = await kill(agentOf('kept'), { wait: 'none' });
    expect(answer.status).toBe(200);
    const { order_id } = orderOf(answer);
    const before = mesh.api.node.id;
    await mesh.endNode(mesh.api);
    server = await spawnNatsServer({ dir, port: server.port });
    await until(() => mesh.nats.connected());
    const api = await mesh.addNode('node-1');
    expect(api.node.id).toBe(before);
    await until(() => isContained(order_id));
    for (const { enforced } of gateways) expect(enforced).toContain(order_id);
  }, 30_000);
});
