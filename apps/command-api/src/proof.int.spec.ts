import { claimNatsAccount, until } from '#testing';
import type { MeshStatus } from './doctor/mesh-status.js';
import type { ExampleGateway } from './example/example-gateway.js';
import { ExampleMesh, type Answer } from './example/example-mesh.js';

const wide = { mode: 'halt', selector: { namespace: 'acme/staging' } };
const idOf = ({ body }: Answer): string => (body as { order_id: string }).order_id;

describe('what a mesh can prove', () => {
  let mesh: ExampleMesh;
  let ada: string;
  let bob: string;
  let admin: string;
  let near: ExampleGateway;
  let far: ExampleGateway;

  beforeAll(async () => {
    mesh = await ExampleMesh.start({ nats: await claimNatsAccount() });
    near = await mesh.addGateway('near-1', 'near');
    far = await mesh.addGateway('far-1', 'far');
    ada = await mesh.key({ roles: ['operator'] });
    bob = await mesh.key({ roles: ['operator'] });
    admin = await mesh.key({ roles: ['admin'], meshWide: true });
  }, 20_000);
  afterAll(() => mesh.stop());
  afterEach(async () => {
    for (const gateway of [near, far]) gateway.speak();
    await until(() => near.admits && far.admits);
  });

  const stop = (body: object = wide) => mesh.call(ada, 'POST /v1/mesh/stops', body);
  const lift = (key: string, id: string, body: object = { reason: 'mended' }) =>
    mesh.call(key, `POST /v1/mesh/stops/${id}/lift`, body);

  it('a stop is contained though a gateway fell silent: it can admit nothing without its lease', async () => {
    far.mute();
    const answer = await stop({ ...wide, timeout_ms: 10_000 });
    expect(answer).toMatchObject({
      status: 200,
      body: {
        state: 'contained',
        contained: true,
        gateways: [
          { gateway: 'far-1', region: 'far', state: 'fenced', applied_after_ms: null },
          { gateway: 'near-1', region: 'near', state: 'acked' },
        ],
      },
    });
    expect(far.admits).toBe(false);
    const { contained_after_ms } = answer.body as { contained_after_ms: number };
    expect(contained_after_ms).toBeGreaterThan(750);
    await lift(ada, idOf(answer), { reason: 'x', wait: 'none' });
  }, 20_000);

  it('silence proves nothing where traffic may flow without a proof', async () => {
    const place = 'PATCH /v1/organizations/acme/workspaces/staging';
    const allowed = await mesh.call(admin, place, { on_fence: 'allow' });
    expect(allowed).toMatchObject({
      status: 200,
      body: { changed: true, workspace: { on_fence: 'allow' }, effective: { acked: 2, of: 2 } },
    });
    far.mute();
    const answer = await stop({ ...wide, timeout_ms: 1_500 });
    expect(answer).toMatchObject({
      status: 202,
      body: { contained: false, committed: true, gateways: [{ state: 'missing' }, {}] },
    });
    far.speak();
    await until(async () => {
      const shown = await mesh.call(ada, `GET /v1/mesh/stops/${idOf(answer)}`);
      return (shown.body as { contained: boolean }).contained;
    });
    await lift(ada, idOf(answer));
    expect(await mesh.call(admin, place, { on_fence: 'deny' })).toMatchObject({ status: 200 });
  }, 20_000);

  it('where an org asks for it, two people lift a wide stop, and one a narrow one', async () => {
    const org = 'PATCH /v1/organizations/acme';
    expect(await mesh.call(admin, org, { two_person_lift: true })).toMatchObject({
      body: { changed: true, organization: { two_person_lift: true } },
    });
    const id = idOf(await stop());
    const first = await lift(ada, id);
    expect(first).toMatchObject({
      status: 202,
      body: { state: 'needs_second', order_id: id, reason: 'mended', changed: true },
    });
    const { requested_by } = first.body as { requested_by: { id: string } };
    expect(await lift(ada, id)).toMatchObject({
      status: 202,
      body: { state: 'needs_second', requested_by, changed: false },
    });
    expect(await mesh.call(bob, `GET /v1/mesh/stops/${id}`)).toMatchObject({
      body: { lifted: null, lift_request: { requested_by: { id: requested_by.id } } },
    });
    expect(await lift(bob, id, {})).toMatchObject({
      status: 200,
      body: { state: 'lifted', contained: false, lifted: { reason: 'mended' } },
    });
    const narrow = { mode: 'halt', selector: { agent: 'agent://acme/staging/one' } };
    expect(await lift(ada, idOf(await stop(narrow)))).toMatchObject({ status: 200 });
    await mesh.call(admin, org, { two_person_lift: false });
  }, 20_000);

  it('a drill tries the whole path, refuses nothing, is timed, and is on record', async () => {
    const drill = await mesh.call(ada, 'POST /v1/mesh/drills', { selector: { org: 'acme' } });
    expect(drill).toMatchObject({
      status: 200,
      body: {
        passed: true,
        scope: 'org:acme',
        effective: { acked: 2, of: 2 },
        regions: [
          { region: 'far', acked: 1, missing: [] },
          { region: 'near', acked: 1, missing: [] },
        ],
        gateways: [{ cut: { streams: 2, calls: 0 } }, {}],
      },
    });
    const { drill_id, p50_ms, p99_ms } = drill.body as Record<string, number>;
    expect(p50_ms).toBeLessThanOrEqual(p99_ms ?? 0);
    await until(async () => (await mesh.store.last(`control.mesh.drill.${drill_id}`)) !== null);
    far.mute();
    const body = { selector: { org: 'acme' }, timeout_ms: 300 };
    expect(await mesh.call(ada, 'POST /v1/mesh/drills', body)).toMatchObject({
      body: { passed: false, regions: [{ region: 'far', missing: ['far-1'] }, { missing: [] }] },
    });
    expect(near.enforced).not.toContain(drill_id);
  }, 20_000);

  it('a challenge shows what each gateway signed, and the doctor says what is wrong', async () => {
    const nonce = 'incident-4711';
    const challenge = await mesh.call(ada, 'POST /v1/mesh/challenges', { nonce });
    expect(challenge).toMatchObject({ status: 200, body: { proven: 2, of: 2, nonce } });
    const { gateways } = challenge.body as { gateways: { statement: string; state: string }[] };
    for (const { statement, state } of gateways) {
      expect([state, statement.includes(nonce)]).toEqual(['proven', true]);
    }
    const well = await mesh.call(ada, 'GET /v1/mesh/doctor');
    expect(well).toMatchObject({
      status: 200,
      body: {
        ok: true,
        log: { available: true, incarnation: 'example-incarnation' },
        nodes: [{ self: true, state: 'ready', spooled: 0 }],
        gateways: [{ state: 'serving', fenced: false }, { phase: 'member' }],
        regions: [{ region: 'far', armed: true }, { region: 'near' }],
      },
    });
    const status = () => mesh.call(ada, 'GET /v1/mesh/status');
    expect(await status()).toMatchObject({
      status: 200,
      body: {
        ...{ ok: true, status: 'yellow', stops: { standing: 0 } },
        problems: [{ severity: 'warning', code: 'nodes_few' }],
        regions: [{ region: 'far', armed: true, gateways: 1, fenced: 0 }, { region: 'near' }],
      },
    });
    far.mute();
    const ill = await until(async () => {
      const { body } = await mesh.call(ada, 'GET /v1/mesh/doctor');
      const found = body as { ok: boolean; problems: { what: string; severity: string }[] };
      return !found.ok && found;
    });
    expect(ill.problems[0]?.severity).toBe('critical');
    expect(ill.problems[0]?.what).toContain('far-1');
    const { body } = await status();
    const red = body as MeshStatus;
    expect([red.ok, red.status, red.problems[0]?.severity]).toEqual([false, 'red', 'critical']);
    expect(red.problems[0]?.message).toContain('far-1');
  }, 20_000);

  it('keys are changed one and all, and who is no member is not found', async () => {
    const all = await mesh.call(admin, 'POST /v1/mesh/keys/rotate', {});
    expect(all).toMatchObject({ status: 200, body: { failed: [] } });
    const { rotated } = all.body as { rotated: { old_key_id: string; key_id: string }[] };
    expect(rotated).toHaveLength(3);
    for (const { old_key_id, key_id } of rotated) expect(key_id).not.toBe(old_key_id);
    const nobody = { gateway: 'nobody' };
    expect(await mesh.call(admin, 'POST /v1/mesh/keys/rotate', nobody)).toMatchObject({
      status: 404,
    });
    expect(await mesh.call(ada, 'POST /v1/mesh/keys/rotate', {})).toMatchObject({ status: 403 });
    const answer = await stop();
    expect(answer).toMatchObject({ body: { contained: true, effective: { acked: 2, of: 2 } } });
    await lift(ada, idOf(answer));
  }, 20_000);

  it('a canary of each region is stopped and resumed, seen by every node, and listed nowhere', async () => {
    mesh.canaryEveryMs = 60_000;
    const node = await mesh.addNode('another');
    mesh.canaryEveryMs = 0;
    const look = async (of = node) =>
      (await mesh.call(ada, 'GET /v1/mesh/doctor', undefined, { node: of })).body as {
        regions: { arming_age_seconds: number | null; canary: { state: string } | null }[];
      };
    // By its name the lower id of the two: it is the one that stops them.
    expect(node.node.id < mesh.api.node.id).toBe(true);
    for (const seer of [node, mesh.api]) {
      await until(async () =>
        (await look(seer)).regions.every(({ canary }) => canary?.state === 'passed'),
      );
    }
    const list = await mesh.call(admin, 'GET /v1/mesh/stops?state=all&limit=100');
    expect(JSON.stringify(list.body)).not.toContain('agent://estop/');
    await mesh.endNode(node);
  }, 20_000);

  it('another node tells of an order whose node is gone', async () => {
    const other = await mesh.addNode('survivor');
    const first = await mesh.addNode('doomed');
    const body = { ...wide, wait: 'none' };
    const answer = await mesh.call(ada, 'POST /v1/mesh/stops', body, { node: first });
    await mesh.endNode(first);
    const path = `GET /v1/mesh/stops/${idOf(answer)}`;
    await until(async () => {
      const shown = await mesh.call(ada, path, undefined, { node: other });
      return (shown.body as { state: string }).state === 'contained';
    });
    await mesh.call(
      ada,
      `POST /v1/mesh/stops/${idOf(answer)}/lift`,
      { reason: 'x' },
      { node: other },
    );
    await mesh.endNode(other);
  }, 20_000);

  it('that the log was restored counts once two people have said the same', async () => {
    const body = { old: 'o'.repeat(20), new: 'n'.repeat(20), reason: 'restored from a copy' };
    const path = 'POST /v1/mesh/log/restored';
    const first = await mesh.call(admin, path, body);
    expect(first).toMatchObject({ status: 202, body: { state: 'needs_second' } });
    expect(await mesh.call(admin, path, body)).toMatchObject({ status: 202 });
    const second = await mesh.key({ roles: ['admin'], meshWide: true });
    expect(await mesh.call(second, path, body)).toMatchObject({
      status: 200,
      body: { state: 'restored', confirmed_by: { name: 'admin' } },
    });
  });
});
