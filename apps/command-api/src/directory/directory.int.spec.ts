import { claimNatsAccount } from '#testing';
import { ExampleMesh } from '../example/example-mesh.js';

interface Key {
  readonly key: { readonly key_id: string; readonly token: string; readonly key_hint: string };
}
interface Account {
  readonly service_account: { readonly service_account_id: string };
}

describe('service accounts, keys and tenants', () => {
  let mesh: ExampleMesh;
  let platform: string;
  let root: string;

  beforeAll(async () => {
    mesh = await ExampleMesh.start({ nats: await claimNatsAccount() });
    await mesh.addGateway('near-1', 'near');
    platform = await mesh.key({ roles: ['platform'] });
    root = await mesh.key({ roles: ['admin'], meshWide: true });
  }, 20_000);
  afterAll(() => mesh.stop());

  const register = (name: string, more: object = {}) =>
    mesh.call(platform, 'POST /v1/service-accounts', {
      org_id: 'acme',
      workspace_id: 'production',
      name,
      ...more,
    });
  const idOf = (answer: { body: unknown }): string =>
    (answer.body as Account).service_account.service_account_id;

  it('a service account is an agent, registered once and seen by every gateway', async () => {
    const created = await register('mailer', { created_by_actor_id: 'ada' });
    expect(created).toMatchObject({
      status: 200,
      body: {
        ok: true,
        service_account: {
          org_id: 'acme',
          workspace_id: 'production',
          name: 'mailer',
          description: null,
          status: 'active',
          created_by_actor_id: 'ada',
          agent_address: 'agent://acme/production/mailer',
        },
        effective: { acked: 1, of: 1 },
        missing: [],
      },
    });
    expect(await register('mailer')).toMatchObject({
      status: 409,
      body: { error: { code: 'already_exists' } },
    });
    const agent = await mesh.call(platform, 'GET /v1/agents/acme/production/mailer');
    expect(agent).toMatchObject({
      status: 200,
      body: {
        agent: { service_account_id: idOf(created), display_name: 'mailer', status: 'active' },
      },
    });
    const list = await mesh.call(
      platform,
      'GET /v1/service-accounts?org_id=acme&workspace_id=production',
    );
    expect(list).toMatchObject({ body: { service_accounts: [{ name: 'mailer' }] } });
    expect(
      await mesh.call(platform, 'GET /v1/agents?org_id=acme&workspace_id=staging'),
    ).toMatchObject({
      body: { agents: [] },
    });
  });

  it('an unknown workspace is 404, a misspelt name 422', async () => {
    expect(await register('x', { workspace_id: 'nowhere' })).toMatchObject({ status: 404 });
    for (const name of ['Mailer', 'a b', 'a.b', '*', '..', '', 'x'.repeat(64)]) {
      expect(await register(name)).toMatchObject({ status: 422 });
    }
  });

  it('a key is shown once, kept as a hash, and refused for good once revoked', async () => {
    const id = idOf(await register('keyed'));
    const issued = await mesh.call(platform, `POST /v1/service-accounts/${id}/keys`);
    const { key } = issued.body as Key;
    expect(key.token).toMatch(/^estop_sa_[a-z0-9]{16}_[0-9a-f]{64}$/);
    const secret = key.token.split('_')[3] ?? '';
    const log = await mesh.store.read('control.>');
    expect(JSON.stringify(log)).not.toContain(secret);
    const shown = await mesh.call(platform, `GET /v1/service-accounts/${id}`);
    expect(shown).toMatchObject({
      body: {
        service_account: {
          keys: [{ key_id: key.key_id, status: 'active', key_hint: secret.slice(-4) }],
        },
      },
    });
    expect(JSON.stringify(shown.body)).not.toContain(secret);
    const known = await mesh.call(key.token, 'GET /v1/mesh/agents');
    expect(known).toMatchObject({ status: 403 });
    const path = `POST /v1/service-accounts/${id}/keys/${key.key_id}/revoke`;
    expect(await mesh.call(platform, path)).toMatchObject({
      status: 200,
      body: { changed: true, key: { status: 'revoked' }, effective: { acked: 1, of: 1 } },
    });
    expect(await mesh.call(platform, path)).toMatchObject({
      status: 200,
      body: { changed: false },
    });
    expect(await mesh.call(key.token, 'GET /v1/mesh/agents')).toMatchObject({
      status: 401,
      body: { error: { code: 'key_revoked' } },
    });
  });

  it('a repeated request shows the same token, which is kept readable nowhere', async () => {
    const id = idOf(await register('repeated'));
    const path = `POST /v1/service-accounts/${id}/keys`;
    const headers = { 'idempotency-key': 'token-once' };
    const first = await mesh.call(platform, path, {}, { headers });
    const again = await mesh.call(platform, path, {}, { headers });
    expect(again.body).toEqual(first.body);
    const secret = (first.body as Key).key.token.split('_')[3] ?? '';
    expect(JSON.stringify(mesh.remembered.written)).toContain('answered');
    expect(JSON.stringify(mesh.remembered.written)).not.toContain(secret);
  });

  it('revoking an agent refuses all of its keys, and none can be issued again', async () => {
    const id = idOf(await register('leaver'));
    const issued = await mesh.call(platform, `POST /v1/service-accounts/${id}/keys`, {
      expires_at: '2100-01-01T00:00:00+02:00',
    });
    expect(issued).toMatchObject({ body: { key: { expires_at: '2099-12-31T22:00:00.000Z' } } });
    const agent = encodeURIComponent('agent://acme/production/leaver');
    expect(await mesh.call(platform, `POST /v1/mesh/agents/${agent}/revoke`)).toMatchObject({
      status: 200,
      body: { changed: true },
    });
    const { token } = (issued.body as Key).key;
    expect(await mesh.call(token, 'GET /v1/mesh/agents')).toMatchObject({ status: 401 });
    expect(await mesh.call(platform, `POST /v1/service-accounts/${id}/keys`)).toMatchObject({
      status: 409,
    });
    expect(await register('leaver')).toMatchObject({ status: 409 });
  });

  it('an operator’s key gives no more than its giver has', async () => {
    const give = (key: string, body: object) =>
      mesh.call(key, 'POST /v1/keys', { org_id: 'acme', name: 'new', ...body });
    const issued = await give(platform, {
      roles: ['operator', 'operator'],
      workspace_id: 'staging',
    });
    expect(issued).toMatchObject({
      status: 200,
      body: { key: { kind: 'op', roles: ['operator'], workspace_id: 'staging', mesh_wide: false } },
    });
    expect(await give(platform, { roles: ['admin'] })).toMatchObject({ status: 403 });
    expect(await give(platform, { roles: ['viewer'], mesh_wide: true })).toMatchObject({
      status: 403,
    });
    const boss = await mesh.key({ roles: ['admin'] });
    expect(await give(boss, { roles: ['admin'], mesh_wide: true })).toMatchObject({ status: 403 });
    const bossId = boss.split('_')[2];
    expect(await mesh.call(platform, `POST /v1/keys/${bossId}/revoke`)).toMatchObject({
      status: 403,
    });
    const { key } = issued.body as Key;
    expect(await mesh.call(key.token, 'GET /v1/mesh/agents')).toMatchObject({ status: 200 });
    const revoked = await mesh.call(platform, `POST /v1/keys/${key.key_id}/revoke`, {
      reason: 'left',
    });
    expect(revoked).toMatchObject({
      status: 200,
      body: { changed: true, key: { status: 'revoked' } },
    });
    expect(await mesh.call(key.token, 'GET /v1/mesh/agents')).toMatchObject({ status: 401 });
    const list = await mesh.call(platform, 'GET /v1/keys?kind=op');
    expect(JSON.stringify(list.body)).not.toContain(root.split('_')[2]);
  });

  it.each([
    [{ roles: [] }, 'roles'],
    [{ roles: ['king'] }, 'roles.0'],
    [{ roles: ['viewer'], expires_at: '2020-01-01T00:00:00.000Z' }, 'expires_at'],
    [{ roles: ['viewer'], expires_at: 'soon' }, 'expires_at'],
    [{ roles: ['viewer'], secret: 'mine' }, 'secret'],
  ])('POST /v1/keys %j names %s', async (body, path) => {
    const answer = await mesh.call(platform, 'POST /v1/keys', {
      org_id: 'acme',
      name: 'n',
      ...body,
    });
    expect(answer).toMatchObject({
      status: 422,
      body: { error: { details: { fields: [{ path }] } } },
    });
  });

  it('orgs and workspaces are made by those who run the mesh, once', async () => {
    const org = { name: 'initech', requested_by_actor_id: 'bill', metadata: { plan: 'gold' } };
    expect(await mesh.call(root, 'POST /v1/organizations', org)).toMatchObject({
      status: 200,
      body: {
        organization: {
          org_id: 'initech',
          name: 'initech',
          status: 'active',
          metadata: { plan: 'gold', requested_by_actor_id: 'bill' },
        },
      },
    });
    expect(await mesh.call(root, 'POST /v1/organizations', org)).toMatchObject({ status: 409 });
    const path = 'POST /v1/organizations/initech/workspaces';
    expect(await mesh.call(root, path, { name: 'main', environment: 'prod' })).toMatchObject({
      status: 200,
      body: { workspace: { workspace_id: 'main', org_id: 'initech', environment: 'prod' } },
    });
    expect(await mesh.call(root, path, { name: 'main' })).toMatchObject({ status: 409 });
    expect(await mesh.call(root, path, { name: 'x', org_id: 'acme' })).toMatchObject({
      status: 422,
    });
    expect(
      await mesh.call(root, 'POST /v1/organizations/nowhere/workspaces', { name: 'main' }),
    ).toMatchObject({ status: 404 });
    expect(await mesh.call(root, 'POST /v1/organizations', { name: 'mesh' })).toMatchObject({
      status: 422,
    });
    const key = await mesh.call(root, 'POST /v1/keys', {
      org_id: 'initech',
      roles: ['admin'],
      name: 'first',
    });
    expect(key).toMatchObject({
      status: 200,
      body: { key: { org_id: 'initech', workspace_id: null } },
    });
  });
});
