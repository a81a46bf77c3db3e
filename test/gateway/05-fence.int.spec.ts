import { controlSubject, type OrgName, type WorkspaceName } from '#contracts';
import { LEASE_MS } from '#domain';
import { until } from '#testing';
import { STALE_HEADER } from '../../apps/gateway/src/gate/gate.js';
import type { Gateway } from '../../apps/gateway/src/gateway.js';
import { intentBody, TestMesh, type Client } from './test-mesh.js';

/** Blocks the event loop, as a process that the system stopped stands still. */
const standStill = (ms: number): void => {
  const endMs = performance.now() + ms;
  while (performance.now() < endMs);
};

const ready = (gateway: Gateway | undefined): boolean => gateway?.parts.gate.ready() ?? false;

/** For good: what the node answered last proves nothing any more, also to a gateway that stood still meanwhile. */
const fencedForGood = async (mesh: TestMesh): Promise<void> => {
  await mesh.stopNode();
  const stoppedMs = performance.now();
  await until(() => performance.now() - stoppedMs > LEASE_MS && !ready(mesh.gateways[0]));
};

describe('a gateway that cannot prove its state', () => {
  let mesh: TestMesh;
  let gateway: Gateway;
  let billing: Client;
  let mailer: Client;
  beforeAll(async () => {
    mesh = await TestMesh.start(1);
    gateway = mesh.gateways[0] as Gateway;
    billing = await mesh.agent('billing');
    mailer = await mesh.agent('mailer');
  });
  afterAll(() => mesh?.stop());

  const fenced = (): Promise<void> => fencedForGood(mesh);
  const proven = async (): Promise<void> => {
    await mesh.startNode();
    await until(() => ready(gateway));
  };

  it('admits nothing, and never says that somebody was stopped', async () => {
    await mesh.order('halt', { agent: mailer.address });
    await fenced();
    for (const route of ['POST /v1/intents', 'POST /v1/guard', 'POST /v1/mesh/heartbeat']) {
      for (const client of [billing, mailer]) {
        const answer = await mesh.call(client, route, {});
        expect([route, answer.status, answer.body.error.code]).toEqual([
          route,
          503,
          'gateway_fenced',
        ]);
        expect(answer.headers.get('retry-after')).toBe('1');
      }
    }
    const unknown = await mesh.call({ ...billing, key: 'x' }, 'POST /v1/guard', { tool: 'a' });
    expect(unknown.status).toBe(503);
    const probe = await mesh.call(billing, 'GET /readyz');
    expect(probe.status).toBe(503);
    expect(JSON.stringify(probe.body)).toContain('the last proof of a control node');
    expect((await mesh.call(billing, 'GET /health')).status).toBe(200);
    await proven();
    expect((await mesh.call(billing, 'POST /v1/guard', { tool: 'a' })).status).toBe(200);
  });

  it('holds its open streams, and lets those go on that no stop forbids', async () => {
    const [one, two] = [await mesh.agent('one'), await mesh.agent('two')];
    const streams = [await mesh.listen(one), await mesh.listen(two)];
    const id = await mesh.send(billing, one.address);
    await until(() => streams[0]?.frames.length === 1);
    const story = await mesh.stream(billing, `/v1/intents/${id}/events/stream`);
    await until(() => story.events('intent.delivered').length === 1);
    const told = story.frames.length;
    await fenced();
    const sent = await mesh.submit(billing.address, one.address);
    await mesh.order('halt', { agent: two.address });
    await until(() => streams[1]?.ended);
    expect(streams[1]?.comments).not.toContain('agent_killed');
    expect(streams[0]?.frames).toHaveLength(1);
    expect(story.frames).toHaveLength(told);
    await proven();
    await until(() => streams[0]?.frames.length === 2);
    expect(streams[0]?.frames[1]?.data.intent_id).toBe(sent);
    await mesh.call(one, `POST /v1/intents/${id}/resume`, {});
    await until(() => story.ended);
    expect(story.frames.slice(told).map(({ event }) => event)).toEqual(['intent.completed']);
    streams[0]?.close();
  });

  it('is one that stood still, from its very next turn on', async () => {
    await until(() => ready(gateway));
    standStill(800);
    expect(ready(gateway)).toBe(false);
    const answer = await gateway.server.inject({
      method: 'POST',
      url: '/v1/mesh/heartbeat',
      headers: { 'x-api-key': billing.key },
    });
    expect(answer.statusCode).toBe(503);
    await until(() => ready(gateway));
    const beat = await mesh.call(billing, 'POST /v1/mesh/heartbeat', {});
    expect(beat.status).toBe(200);
    const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
    expect(metrics).toMatch(/estop_gateway_fences_total\{[^}]*\} [1-9]/);
    expect(metrics).toMatch(/estop_lease_proofs_total\{[^}]*\} [1-9]/);
  });

  it('says so from its start, when nobody proves anything to it', async () => {
    await fenced();
    const late = await mesh.openGateway(7);
    await until(() => late.parts.shell.phase === 'member');
    const probe = await fetch(`${late.url}/readyz`);
    expect(probe.status).toBe(503);
    expect(await probe.text()).toContain('no control node proves that the state is fresh');
    const answer = await fetch(`${late.url}/v1/guard`, {
      method: 'POST',
      headers: { 'x-api-key': billing.key, 'content-type': 'application/json' },
      body: '{"tool":"a"}',
    });
    expect(answer.status).toBe(503);
    await mesh.startNode();
    await late.serving;
    expect(ready(late)).toBe(true);
  });
});

describe('a namespace that chose on_fence: allow', () => {
  let mesh: TestMesh;
  let agents: Record<'sender' | 'receiver' | 'stopped' | 'strict', Client>;
  const org = 'acme' as OrgName;

  beforeAll(async () => {
    mesh = await TestMesh.start(1);
    for (const name of ['production', 'lenient']) {
      const workspace = name as WorkspaceName;
      const subject = controlSubject(org, workspace, 'workspace', workspace);
      const created = { org, workspace, name, environment: null, region: null };
      await mesh.say({ type: 'WorkspaceCreated', data: created }, subject);
    }
    const workspace = 'lenient' as WorkspaceName;
    await mesh.say(
      { type: 'WorkspaceSettingsChanged', data: { org, workspace, onFence: 'allow' } },
      controlSubject(org, workspace, 'workspace', workspace),
    );
    const lenient = (name: string) => mesh.agent(name, org, workspace);
    agents = {
      sender: await lenient('sender'),
      receiver: await lenient('receiver'),
      stopped: await lenient('stopped'),
      strict: await mesh.agent('strict'),
    };
    await mesh.order('halt', { agent: agents.stopped.address });
  });
  afterAll(() => mesh?.stop());

  it('goes on without a proof, each request flagged and counted, and known stops hold', async () => {
    const { sender, receiver, stopped, strict } = agents;
    const operator = await mesh.operator('operator');
    const stream = await mesh.listen(receiver);
    await fencedForGood(mesh);
    const create = (from: Client, to: Client) =>
      mesh.call(from, 'POST /v1/intents', intentBody(to.address));
    const passed = await create(sender, receiver);
    expect([passed.status, passed.headers.get(STALE_HEADER)]).toEqual([200, 'true']);
    const frame = await until(() => stream.events('intent.delivered')[0]);
    expect(frame.data.intent_id).toBe(passed.body.intent_id);
    const answered = await mesh.call(
      receiver,
      `POST /v1/intents/${passed.body.intent_id}/resume`,
      {},
    );
    expect([answered.status, answered.headers.get(STALE_HEADER)]).toEqual([200, 'true']);
    const guard = await mesh.call(sender, 'POST /v1/guard', { tool: 'mail' });
    expect(guard.body).toMatchObject({ action: 'allow' });
    const halted = [await create(stopped, receiver), await create(sender, stopped)];
    expect(halted.map(({ status }) => status)).toEqual([403, 403]);
    const across = [await create(strict, receiver), await create(sender, strict)];
    expect(across.map(({ status }) => status)).toEqual([503, 404]);
    expect((await create(operator, receiver)).status).toBe(503);
    const metrics = await (await fetch(`${mesh.gateways[0]?.url}/metrics`)).text();
    expect(metrics).toMatch(/estop_stale_passes_total\{[^}]*what="intents.create"[^}]*\} [1-9]/);
    expect(metrics).toMatch(/estop_stale_passes_total\{[^}]*what="delivery"[^}]*\} 1/);
    await mesh.startNode();
    await until(() => ready(mesh.gateways[0]));
    const fresh = await create(sender, receiver);
    expect([fresh.status, fresh.headers.get(STALE_HEADER)]).toEqual([200, null]);
    stream.close();
  });
});
