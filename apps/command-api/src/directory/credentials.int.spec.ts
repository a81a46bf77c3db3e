import { claimNatsAccount } from '#testing';
import { ExampleMesh } from '../example/example-mesh.js';

interface Key {
  readonly key: { readonly key_id: string; readonly token: string; readonly expires_at: string };
}

describe('agents and what they come with', () => {
  let mesh: ExampleMesh;
  let platform: string;
  let operator: string;
  let rival: string;

  beforeAll(async () => {
    mesh = await ExampleMesh.start({ nats: await claimNatsAccount() });
    await mesh.addGateway('near-1', 'near');
    await mesh.addGateway('far-1', 'far');
    platform = await mesh.key({ roles: ['platform'] });
    operator = await mesh.key({ roles: ['operator'] });
    rival = await mesh.key({ roles: ['admin'], org: 'globex' });
  }, 20_000);
  afterAll(() => mesh?.stop());

  const create = (body: object, key = platform) => mesh.call(key, 'POST /v1/mesh/agents', body);
  const register = (name: string, more: object = {}) =>
    mesh.call(platform, 'POST /v1/service-accounts', {
      ...{ org_id: 'acme', workspace_id: 'production', name },
      ...more,
    });
  const accountOf = ({ body }: { body: unknown }): string => {
    const made = body as { service_account_id?: string; service_account: Record<string, string> };
    return made.service_account_id ?? (made.service_account['service_account_id'] as string);
  };
  const keyOf = ({ body }: { body: unknown }) => (body as Key).key;
  const knows = async (token: string) =>
    (await mesh.call(token, 'GET /v1/mesh/agents')).status !== 401;
  const revoke = (name: string, body?: object) =>
    mesh.call(
      platform,
      `POST /v1/mesh/agents/${encodeURIComponent(`agent://acme/production/${name}`)}/revoke`,
      body,
    );
  const lengthOfLog = async () => (await mesh.store.read('control.>')).length;

  it('one call gives identity, tags, cap and key', async () => {
    const made = await create({
      name: 'spender',
      display_name: 'The spender',
      tags: ['finance', 'bulk', 'finance'],
      budget: { cap: '50', per: 'day' },
    });
    expect(made).toMatchObject({
      status: 200,
      body: {
        ok: true,
        agent: {
          address: 'agent://acme/production/spender',
          display_name: 'The spender',
          tags: ['bulk', 'finance'],
        },
        key: { status: 'active' },
        budget: { cap: '50.00', currency: 'usd', per: 'day', alert_pct: [80] },
        effective: { acked: 2, of: 2 },
        missing: [],
      },
    });
    expect(await knows(keyOf(made).token)).toBe(true);
    const [budget] = await mesh.store.read('control.acme.production.budget.agent.spender.*');
    expect(budget?.decoded).toMatchObject({
      event: { type: 'BudgetSet', data: { capMicro: 50_000_000, alertPct: [80] } },
    });
  });

  it('a call that cannot be done whole leaves nothing', async () => {
    await create({ name: 'taken' });
    const before = await lengthOfLog();
    const refused: readonly [object, string, number][] = [
      [{ name: 'taken', budget: { cap: '1' } }, platform, 409],
      [{ name: 'x', budget: { cap: '-1' } }, platform, 422],
      [{ name: 'x', budget: { cap: '1', currency: '$' } }, platform, 422],
      [{ name: 'x', tags: ['A B'] }, platform, 422],
      [{ name: 'x', parent: 'agent://acme/production/nobody' }, platform, 404],
      [{ name: 'x', expires_at: '2001-01-01T00:00:00Z' }, platform, 422],
      [{ name: 'x', address: 'agent://acme/production/x' }, platform, 422],
      [{}, platform, 422],
      [{ address: 'agent://acme/production/x y' }, platform, 422],
      [{ address: 'agent://acme/nowhere/x' }, platform, 404],
      [{ address: 'agent://acme/production/x' }, rival, 404],
      [{ name: 'x' }, operator, 403],
    ];
    for (const [body, key, status] of refused) {
      expect([body, (await create(body, key)).status]).toEqual([body, status]);
    }
    expect(await lengthOfLog()).toBe(before);
  });

  it('a rotated key works on for the overlap, and ends then', async () => {
    const account = accountOf(await register('rotating'));
    const old = keyOf(await mesh.call(platform, `POST /v1/service-accounts/${account}/keys`));
    const path = `POST /v1/service-accounts/${account}/keys/${old.key_id}/rotate`;
    const rotated = await mesh.call(platform, path, { overlap_seconds: 1 });
    expect(rotated).toMatchObject({
      status: 200,
      body: {
        key: { status: 'active', expires_at: null },
        retired: { key_id: old.key_id, status: 'active', expires_at: expect.any(String) },
        effective: { acked: 2, of: 2 },
      },
    });
    const fresh = keyOf(rotated);
    expect(await knows(old.token)).toBe(true);
    const at = Date.parse((rotated.body as { retired: Key['key'] }).retired.expires_at);
    while (Date.now() <= at) await mesh.call(fresh.token, 'GET /v1/mesh/agents');
    expect(await knows(old.token)).toBe(false);
    expect(await knows(fresh.token)).toBe(true);
    expect(await mesh.call(platform, path)).toMatchObject({ status: 409 });
    const none = `POST /v1/service-accounts/${account}/keys/aaaaaaaaaaaaaaaa/rotate`;
    expect(await mesh.call(platform, none)).toMatchObject({ status: 404 });
    const others = `POST /v1/service-accounts/${account}/keys/${fresh.key_id}/rotate`;
    expect(await mesh.call(rival, others)).toMatchObject({ status: 404 });
    expect(await mesh.call(operator, others)).toMatchObject({ status: 403 });
    expect(await mesh.call(platform, others, { overlap_seconds: -1 })).toMatchObject({
      status: 422,
    });
  });

  it('without an overlap the old key ends at once', async () => {
    const made = await create({ name: 'hasty' });
    const { key_id, token } = keyOf(made);
    const path = `POST /v1/service-accounts/${accountOf(made)}/keys/${key_id}/rotate`;
    expect(await mesh.call(platform, path, { overlap_seconds: 0 })).toMatchObject({
      status: 200,
      body: { retired: { status: 'expired' } },
    });
    expect(await knows(token)).toBe(false);
  });

  it('revoking an agent takes along all that it has delegated, for good', async () => {
    const parent = 'agent://acme/production/lead';
    await create({ name: 'lead' });
    const child = await create({ name: 'child', parent });
    const below = await register('below', { parent: 'agent://acme/child' });
    expect(below).toMatchObject({ status: 200 });
    expect(child).toMatchObject({ body: { agent: { parent } } });
    const { token } = keyOf(child);
    expect(await revoke('lead', { reason: 'leaked' })).toMatchObject({
      status: 200,
      body: {
        changed: true,
        revoked: ['lead', 'child', 'below'].map((name) => `agent://acme/production/${name}`),
        revoked_total: 3,
        contained: true,
        missing: [],
        gateways: [{ state: 'acked' }, { state: 'acked' }],
      },
    });
    expect(await mesh.call(token, 'GET /v1/mesh/agents')).toMatchObject({
      status: 401,
      body: { error: { code: 'key_revoked' } },
    });
    expect(await revoke('lead')).toMatchObject({ status: 200, body: { changed: false } });
    for (const name of ['lead', 'child', 'below']) {
      expect(await register(name)).toMatchObject({ status: 409 });
      expect(await create({ name })).toMatchObject({ status: 409 });
    }
    for (const name of ['lead', 'child', 'below']) {
      const orphan = await register('orphan', { parent: `agent://acme/production/${name}` });
      expect(orphan).toMatchObject({ status: 409 });
    }
    const issuing = `POST /v1/service-accounts/${accountOf(child)}/keys`;
    expect(await mesh.call(platform, issuing)).toMatchObject({ status: 409 });
  });

  it('a parent is one of the own org', async () => {
    await create({ name: 'stranger', address: undefined }, rival);
    const parent = 'agent://globex/production/stranger';
    expect(await register('adopted', { parent })).toMatchObject({ status: 404 });
    expect(await register('adopted', { parent: 'nonsense' })).toMatchObject({ status: 404 });
  });

  it('a silent gateway is fenced after its lease, and said to be', async () => {
    await create({ name: 'leaver' });
    const [, far] = mesh.gateways;
    far?.mute();
    try {
      expect(await revoke('leaver')).toMatchObject({
        status: 200,
        body: {
          contained: true,
          effective: { acked: 1, of: 2 },
          missing: [],
          gateways: expect.arrayContaining([expect.objectContaining({ state: 'fenced' })]),
        },
      });
    } finally {
      far?.speak();
    }
  });
});
