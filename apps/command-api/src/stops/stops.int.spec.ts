import { claimNatsAccount } from '#testing';
import type { ExampleGateway } from '../example/example-gateway.js';
import { ExampleMesh } from '../example/example-mesh.js';

describe('stop orders by selector', () => {
  let mesh: ExampleMesh;
  let operator: string;
  let platform: string;
  let far: ExampleGateway;

  beforeAll(async () => {
    mesh = await ExampleMesh.start({ nats: await claimNatsAccount() });
    await mesh.addGateway('near-1', 'near');
    far = await mesh.addGateway('far-1', 'far');
    operator = await mesh.key({ roles: ['operator'] });
    platform = await mesh.key({ roles: ['platform'] });
    for (const name of ['one', 'two']) await register('production', name);
    await register('staging', 'three');
  }, 20_000);
  afterAll(() => mesh.stop());
  afterEach(() => far.speak());

  const register = (workspace_id: string, name: string) =>
    mesh.call(platform, 'POST /v1/service-accounts', { org_id: 'acme', workspace_id, name });
  const stop = (body: object, key = operator) => mesh.call(key, 'POST /v1/mesh/stops', body);
  const idOf = (answer: { body: unknown }): string =>
    (answer.body as { order_id: string }).order_id;
  const lift = (id: string, body: object = { reason: 'mended' }) =>
    mesh.call(operator, `POST /v1/mesh/stops/${id}/lift`, body);

  it('is 200 when every gateway has applied it, with the time that took', async () => {
    const answer = await stop({ mode: 'kill', selector: { namespace: 'acme/staging' } });
    expect(answer).toMatchObject({
      status: 200,
      body: { mode: 'halt', state: 'contained', effective: { acked: 2, of: 2 }, contained: true },
    });
    const { gateways } = answer.body as { gateways: { applied_after_ms: number }[] };
    for (const { applied_after_ms } of gateways) expect(applied_after_ms).toBeGreaterThanOrEqual(0);
    await lift(idOf(answer));
  });

  it('is 202 when the wait was not met, 200 when nothing was waited for', async () => {
    far.mute();
    const selector = { tag: 'nobody' };
    const short = await stop({ mode: 'pause', selector, timeout_ms: 50 });
    expect(short).toMatchObject({
      status: 202,
      body: {
        contained: false,
        changed: true,
        gateways: [{ gateway: 'far-1', state: 'missing' }, {}],
      },
    });
    const none = await stop({ mode: 'halt', selector, wait: 'committed' });
    expect(none).toMatchObject({ status: 200, body: { committed: true } });
    for (const id of [idOf(short), idOf(none)]) await lift(id, { reason: 'x', wait: 'none' });
  });

  it('a dry run orders nothing, and its plan holds only while the match is the same', async () => {
    const wanted = { mode: 'halt', selector: { namespace: 'acme/production' } };
    const dry = await stop({ ...wanted, dry_run: true });
    expect(dry).toMatchObject({
      status: 200,
      body: { dry_run: true, matched: 2, newly_stopped: 2, agents: [{}, {}] },
    });
    const { plan } = dry.body as { plan: string };
    await register('production', 'newcomer');
    const changed = await stop({ ...wanted, plan });
    expect(changed).toMatchObject({
      status: 409,
      body: { error: { code: 'plan_changed', details: { matched: 3 } } },
    });
    const list = await mesh.call(operator, 'GET /v1/mesh/stops?state=standing');
    expect(list.body).toMatchObject({ orders: [] });
    const { plan: again } = (changed.body as { error: { details: { plan: string } } }).error
      .details;
    const ordered = await stop({ ...wanted, plan: again });
    expect(ordered).toMatchObject({ status: 200, body: { changed: true } });
    await lift(idOf(ordered));
  });

  it('a lift asks for a reason, names who is still held, and is silent the second time', async () => {
    const wide = idOf(await stop({ mode: 'pause', selector: { org: 'acme' } }));
    const narrow = idOf(
      await stop({ mode: 'halt', selector: { agent: 'agent://acme/production/one' } }),
    );
    expect(await lift(narrow, {})).toMatchObject({
      status: 422,
      body: { error: { code: 'reason_required', details: { fields: [{ path: 'reason' }] } } },
    });
    expect(await lift(narrow)).toMatchObject({
      status: 200,
      body: {
        state: 'lifted',
        changed: true,
        still_held: [{ address: 'agent://acme/production/one', health_status: 'paused' }],
      },
    });
    expect(await lift(narrow)).toMatchObject({ status: 200, body: { changed: false } });
    expect(await lift(wide)).toMatchObject({ status: 200, body: { still_held: [] } });
  });

  it('the reason can be written later', async () => {
    const id = idOf(await stop({ mode: 'halt', selector: { tag: 'late' } }));
    const amended = await mesh.call(operator, `PATCH /v1/mesh/stops/${id}`, {
      reason: 'it ran wild',
    });
    expect(amended).toMatchObject({ status: 200, body: { changed: true, reason: 'it ran wild' } });
    const same = await mesh.call(operator, `PATCH /v1/mesh/stops/${id}`, { reason: 'it ran wild' });
    expect(same).toMatchObject({ status: 200, body: { changed: false } });
    await lift(id);
  });

  it('lists newest first, page by page', async () => {
    const first = await mesh.call(operator, 'GET /v1/mesh/stops?limit=1');
    const { orders, next_cursor } = first.body as {
      orders: { sequence: number }[];
      next_cursor: string;
    };
    const second = await mesh.call(operator, `GET /v1/mesh/stops?limit=1&cursor=${next_cursor}`);
    const [next] = (second.body as { orders: { sequence: number }[] }).orders;
    expect(next?.sequence).toBeLessThan(orders[0]?.sequence ?? 0);
    const bad = await mesh.call(operator, 'GET /v1/mesh/stops?cursor=nonsense');
    expect(bad).toMatchObject({ status: 422, body: { error: { code: 'invalid_field' } } });
  });

  it('a drain says until when, and a narrowed stop what it stops', async () => {
    const drain = await stop({ mode: 'drain', selector: { tag: 'slow' }, drain_seconds: 30 });
    const body = drain.body as { ordered_at: string; drain_until: string };
    const seconds = (Date.parse(body.drain_until) - Date.parse(body.ordered_at)) / 1000;
    expect(Math.round(seconds)).toBe(30);
    const selector = { org: 'acme', capability: 'tool:stripe.*' };
    const narrowed = await stop({ mode: 'halt', selector });
    expect(narrowed).toMatchObject({ status: 200, body: { selector } });
    const agent = encodeURIComponent('agent://acme/production/one');
    expect(await mesh.call(operator, `GET /v1/mesh/agents/${agent}/why`)).toMatchObject({
      body: { held: true, mode: null, held_by: [{ scope: 'org:acme#tool:stripe.*' }] },
    });
    for (const id of [idOf(drain), idOf(narrowed)]) await lift(id);
  });

  it.each([
    [{ mode: 'halt' }, 'selector'],
    [{ mode: 'stun', selector: { org: 'acme' } }, 'mode'],
    [{ mode: 'halt', selector: { org: 'acme', tag: 'x', owner: 'y' } }, 'selector.owner'],
    [{ mode: 'halt', selector: { agent: 'agent://acme/*/x' } }, 'selector.agent'],
    [{ mode: 'halt', selector: { agent: 'agent://Acme/production/x' } }, 'selector.agent'],
    [{ mode: 'halt', selector: { agent: 'agent://acme/production/..' } }, 'selector.agent'],
    [{ mode: 'halt', selector: { agent: 'agent://acme/production/а' } }, 'selector.agent'],
    [{ mode: 'halt', selector: { namespace: 'acme' } }, 'selector.namespace'],
    [{ mode: 'halt', selector: { tag: 'a.b' } }, 'selector.tag'],
    [{ mode: 'halt', selector: { org: 'acme', capability: 'mail' } }, 'selector.capability'],
    [{ mode: 'halt', selector: { org: 'acme' }, actor: 'me' }, 'actor'],
    [{ mode: 'halt', selector: { org: 'acme' }, reason: '' }, 'reason'],
    [{ mode: 'halt', selector: { org: 'acme' }, reason: 7 }, 'reason'],
    [{ mode: 'halt', selector: { org: 'acme' }, expires_in: 0 }, 'expires_in'],
    [{ mode: 'halt', selector: { org: 'acme' }, timeout_ms: 30_001 }, 'timeout_ms'],
    [{ mode: 'halt', selector: { org: 'acme' }, drain_seconds: 5 }, 'drain_seconds'],
    [{ mode: 'drain', selector: { org: 'acme' }, drain_seconds: 3601 }, 'drain_seconds'],
    [{ mode: 'quarantine', selector: { org: 'acme' }, expires_in: 5 }, 'expires_in'],
    [{ mode: 'halt', selector: { org: 'acme' }, plan: 'guess' }, 'plan'],
  ])('%j is refused and names %s', async (body, field) => {
    const answer = await stop(body);
    expect(answer).toMatchObject({ status: 422, body: { error: { code: 'invalid_field' } } });
    const { details } = (answer.body as { error: { details: { fields: { path: string }[] } } })
      .error;
    expect(details.fields.map(({ path }) => path)).toContain(field);
  });
});
