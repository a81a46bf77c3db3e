import { claimNatsAccount, until } from '#testing';
import { ExampleMesh } from '../example/example-mesh.js';
import type { ExampleGateway } from '../example/example-gateway.js';

const AGENT = 'agent://acme/production/mailer';
const path = (verb: string, agent = AGENT): string =>
  `POST /v1/mesh/agents/${encodeURIComponent(agent)}/${verb}`;

describe('stopping and resuming one agent', () => {
  let mesh: ExampleMesh;
  let operator: string;
  let near: ExampleGateway;
  let far: ExampleGateway;

  beforeAll(async () => {
    mesh = await ExampleMesh.start({ nats: await claimNatsAccount() });
    near = await mesh.addGateway('near-1', 'near');
    far = await mesh.addGateway('far-1', 'far');
    operator = await mesh.key({ roles: ['operator'] });
    const platform = await mesh.key({ roles: ['platform'] });
    for (const name of ['mailer', 'other', 'tagged', 'boxed', 'racer']) {
      const body = { org_id: 'acme', workspace_id: 'production', name };
      const answer = await mesh.call(platform, 'POST /v1/service-accounts', body);
      expect(answer).toMatchObject({ status: 200 });
    }
  }, 20_000);
  afterAll(() => mesh.stop());
  afterEach(() => {
    near.speak();
    far.speak();
  });

  const kill = (agent: string, body?: unknown) => mesh.call(operator, path('kill', agent), body);
  const resume = (agent: string, body?: unknown) =>
    mesh.call(operator, path('resume', agent), body);

  it('a kill without a body is 200 and names every gateway that has applied it', async () => {
    const answer = await kill(AGENT);
    expect(answer).toMatchObject({
      status: 200,
      body: {
        ok: true,
        agent: { address: AGENT, health_status: 'killed' },
        order: {
          mode: 'halt',
          state: 'contained',
          changed: true,
          committed: true,
          contained: true,
          reason: null,
          effective: { acked: 2, of: 2 },
          gateways: [
            { gateway: 'far-1', region: 'far', state: 'acked', cut: { streams: 1, calls: 0 } },
            { gateway: 'near-1', region: 'near', state: 'acked' },
          ],
        },
      },
    });
  });

  it('a repeat keeps the first attribution, changes nothing and is on record', async () => {
    const other = await mesh.key({ roles: ['operator'] });
    const first = (await kill(AGENT)).body as { order: { order_id: string; actor: unknown } };
    const again = await mesh.call(other, path('kill'), { reason: 'me too' });
    expect(again).toMatchObject({
      status: 200,
      body: {
        order: {
          changed: false,
          order_id: first.order.order_id,
          actor: first.order.actor,
          reason: null,
        },
      },
    });
    const history = await mesh.store.read(`control.acme.production.stop.${first.order.order_id}`);
    const types = history.map(({ decoded }) => decoded.known && decoded.event.type);
    expect(types).toContain('StopRepeated');
  });

  it('a resume with an empty body lifts it, and health is unknown until the next heartbeat', async () => {
    await kill(AGENT);
    expect(await mesh.call(operator, path('resume'))).toMatchObject({
      status: 200,
      body: {
        ok: true,
        changed: true,
        agent: { address: AGENT, health_status: 'unknown' },
        order: { state: 'lifted', lifted: { reason: null, cause: 'operator' } },
      },
    });
  });

  it('a resume of what nothing holds is 200 and changes nothing', async () => {
    expect(await resume('agent://acme/production/other')).toMatchObject({
      status: 200,
      body: { changed: false, order: null, orders: [] },
    });
  });

  it('a kill that a gateway did not acknowledge in time is 200 and names what is missing', async () => {
    far.mute();
    const answer = await kill('agent://acme/production/other', { timeout_ms: 100 });
    expect(answer).toMatchObject({
      status: 200,
      body: {
        order: {
          contained: false,
          contained_after_ms: null,
          gateways: [
            { gateway: 'far-1', state: 'missing', applied_after_ms: null, cut: null },
            { gateway: 'near-1' },
          ],
        },
      },
    });
    await resume('agent://acme/production/other', { wait: 'none' });
  });

  it('a wider stop is named and nothing is lifted', async () => {
    const agent = 'agent://acme/production/tagged';
    const platform = await mesh.key({ roles: ['platform'] });
    const tags = await mesh.call(platform, `PATCH /v1/mesh/agents/${encodeURIComponent(agent)}`, {
      tags: ['bulk'],
    });
    expect(tags).toMatchObject({ status: 200, body: { changed: true, agent: { tags: ['bulk'] } } });
    await kill(agent);
    const wider = await mesh.call(operator, 'POST /v1/mesh/stops', {
      mode: 'pause',
      selector: { tag: 'bulk' },
    });
    const { order_id } = wider.body as { order_id: string };
    expect(await resume(agent)).toMatchObject({
      status: 409,
      body: { error: { code: 'held_by_wider_stop', details: { held_by: [{ order_id }] } } },
    });
    const why = await mesh.call(operator, `GET /v1/mesh/agents/${encodeURIComponent(agent)}/why`);
    expect(why).toMatchObject({
      status: 200,
      body: {
        mode: 'halt',
        held_by: [{ mode: 'halt' }, { mode: 'pause', scope: 'tag:bulk@acme' }],
      },
    });
    const untag = await mesh.call(platform, `PATCH /v1/mesh/agents/${encodeURIComponent(agent)}`, {
      tags: [],
    });
    expect(untag).toMatchObject({ status: 409, body: { error: { code: 'tag_holds_stop' } } });
    await mesh.call(operator, `POST /v1/mesh/stops/${order_id}/lift`, { reason: 'done' });
    expect(await resume(agent)).toMatchObject({ status: 200, body: { changed: true } });
  });

  it('a quarantine is lifted only with its root cause', async () => {
    const agent = 'agent://acme/production/other';
    const stop = await mesh.call(operator, path('quarantine', agent));
    expect(stop).toMatchObject({ status: 200, body: { agent: { health_status: 'quarantined' } } });
    expect(await resume(agent)).toMatchObject({
      status: 422,
      body: { error: { code: 'root_cause_required' } },
    });
    expect(await resume(agent, { reason: 'the prompt was poisoned' })).toMatchObject({
      status: 200,
      body: { changed: true, order: { lifted: { reason: 'the prompt was poisoned' } } },
    });
  });

  it('an agent that was never registered is born stopped, and found by its id', async () => {
    const agent = 'agent://acme/production/unborn';
    const answer = await kill(agent);
    expect(answer).toMatchObject({ status: 200, body: { agent: { health_status: 'killed' } } });
    const { agent: mark } = answer.body as { agent: { address_id: string } };
    const byId = await mesh.call(operator, `POST /v1/mesh/agents/${mark.address_id}/resume`);
    expect(byId).toMatchObject({ status: 200, body: { changed: true, agent: { address: agent } } });
  });

  it('the short form means the own workspace', async () => {
    expect(await kill('agent://acme/mailer')).toMatchObject({
      body: { agent: { address: AGENT } },
    });
    await resume(AGENT);
  });

  it('a time-boxed stop is lifted through the log when its time is over', async () => {
    const agent = 'agent://acme/production/boxed';
    const answer = await kill(agent, { expires_in: 1 });
    const { order } = answer.body as { order: { order_id: string; expires_at: string } };
    expect(order.expires_at).not.toBeNull();
    const lifted = await until(async () => {
      const { body } = await mesh.call(operator, `GET /v1/mesh/stops/${order.order_id}`);
      const seen = body as { state: string; lifted: { cause: string; actor: { kind: string } } };
      return seen.state === 'lifted' && seen.lifted;
    });
    expect(lifted).toMatchObject({
      cause: 'expiry',
      actor: { kind: 'node', id: mesh.api.node.id },
    });
  });

  it('a stop that is to last longer than a time-boxed one is an order of its own', async () => {
    const agent = 'agent://acme/production/boxed';
    const boxed = (await kill(agent, { expires_in: 600 })).body as { order: { order_id: string } };
    const lasting = (await kill(agent)).body as { order: { order_id: string; changed: boolean } };
    expect(lasting.order.changed).toBe(true);
    expect(lasting.order.order_id).not.toBe(boxed.order.order_id);
    expect(await resume(agent)).toMatchObject({ body: { orders: [{}, {}] } });
  });

  it('one idempotency key makes one order, whichever node takes the command', async () => {
    const agent = 'agent://acme/production/racer';
    const node = await mesh.addNode('node-2');
    const headers = { 'idempotency-key': 'once' };
    const first = await mesh.call(operator, path('kill', agent), {}, { headers });
    const again = await mesh.call(operator, path('kill', agent), {}, { headers, node });
    expect(again.body).toEqual(first.body);
    const other = await mesh.call(
      operator,
      path('kill', agent),
      { reason: 'x' },
      { headers, node },
    );
    expect(other).toMatchObject({ status: 409, body: { error: { code: 'idempotency_conflict' } } });
    await resume(agent);
  });

  it('a key whose order was lifted orders nothing, and says so rather than call the agent stopped', async () => {
    const agent = 'agent://acme/production/reused';
    const headers = { 'idempotency-key': 'reused' };
    await mesh.call(operator, path('kill', agent), {}, { headers });
    await resume(agent);
    const body = { mode: 'halt', selector: { agent } };
    const answer = await mesh.call(operator, 'POST /v1/mesh/stops', body, { headers });
    expect(answer).toMatchObject({
      status: 409,
      body: { error: { code: 'idempotency_conflict' } },
    });
  });

  it('of racing commands every answered order stands, and one resume lifts them all', async () => {
    const agent = 'agent://acme/production/racer';
    const [node] = [await mesh.addNode('node-3')];
    const answers = await Promise.all(
      [mesh.api, node, mesh.api, node].map((one) =>
        mesh.call(operator, path('kill', agent), {}, { node: one }),
      ),
    );
    const ids = answers.map(({ body }) => (body as { order: { order_id: string } }).order.order_id);
    const held = await mesh.call(operator, `GET /v1/mesh/agents/${encodeURIComponent(agent)}/why`);
    const standing = (held.body as { held_by: { order_id: string }[] }).held_by.map(
      (one) => one.order_id,
    );
    expect(new Set(standing)).toEqual(new Set(ids));
    const lifted = (await resume(agent)).body as { orders: { order_id: string }[] };
    expect(new Set(lifted.orders.map((one) => one.order_id))).toEqual(new Set(ids));
    const after = await mesh.call(operator, `GET /v1/mesh/agents/${encodeURIComponent(agent)}/why`);
    expect(after).toMatchObject({ body: { held: false } });
  });
});
