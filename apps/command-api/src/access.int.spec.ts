import { commandRoutes, type Permission, type Role, type RouteDefinition } from '#contracts';
import { permissionsOf } from '#domain';
import { claimNatsAccount } from '#testing';
import { ExampleMesh } from './example/example-mesh.js';

const MINE = 'agent://acme/production/mine';
const THEIRS = 'agent://globex/main/theirs';
const mine = encodeURIComponent(MINE);
const theirs = encodeURIComponent(THEIRS);

describe('who may do what', () => {
  let mesh: ExampleMesh;
  let admin: string;

  beforeAll(async () => {
    mesh = await ExampleMesh.start({ nats: await claimNatsAccount() });
    admin = await mesh.key({ roles: ['admin'], meshWide: true });
    await account('acme', 'production', 'mine');
    await account('acme', 'staging', 'staged');
    await account('globex', 'main', 'theirs');
  }, 20_000);
  afterAll(() => mesh.stop());

  const account = async (org_id: string, workspace_id: string, name: string) => {
    const answer = await mesh.call(admin, 'POST /v1/service-accounts', {
      org_id,
      workspace_id,
      name,
    });
    return (answer.body as { service_account: { service_account_id: string } }).service_account;
  };

  const code = (answer: { body: unknown }): string | undefined =>
    (answer.body as { error?: { code: string } } | null)?.error?.code;

  /** A request of each route that gets as far as the question who asks. */
  const pathOf = (route: RouteDefinition): string => {
    const values: Record<string, string> = {
      address_id: mine,
      org: 'acme',
      workspace: 'production',
      name: 'mine',
    };
    return `${route.method} ${route.path.replace(/:(\w+)/g, (_, name: string) => values[name] ?? 'x')}`;
  };
  const needs = (route: RouteDefinition): Permission => {
    if (route.access.kind !== 'operator') throw new Error(`${route.id} asks for no permission`);
    return route.access.permission;
  };
  const routes = commandRoutes.filter(({ answers }) => answers !== 'sse');

  it('an agent’s key is refused on every control route', async () => {
    const { service_account_id: id } = await account('acme', 'production', 'curious');
    const issued = await mesh.call(admin, `POST /v1/service-accounts/${id}/keys`);
    const { token } = (issued.body as { key: { token: string } }).key;
    for (const route of commandRoutes) {
      const answer = await mesh.call(token, pathOf(route));
      expect([route.id, answer.status, code(answer)]).toEqual([route.id, 403, 'forbidden']);
    }
  });

  it('no key, no answer', async () => {
    for (const route of commandRoutes) {
      const answer = await mesh.call(null, pathOf(route));
      expect([route.id, answer.status]).toEqual([route.id, 401]);
    }
  });

  it.each<Role>(['viewer', 'operator', 'platform', 'auditor', 'admin'])(
    '%s: each route is open exactly to those with its permission',
    async (role) => {
      const key = await mesh.key({ roles: [role] });
      const may = permissionsOf([role], false);
      for (const route of routes) {
        const answer = await mesh.call(
          key,
          pathOf(route),
          route.method === 'GET' ? undefined : { no_such_field: 1 },
        );
        const refused = answer.status === 403 && code(answer) === 'forbidden';
        expect([route.id, refused]).toEqual([route.id, !may.has(needs(route))]);
      }
    },
  );

  it('another tenant’s agents, orders, keys and accounts do not exist', async () => {
    const operator = await mesh.key({ roles: ['admin'] });
    const their = await mesh.key({ roles: ['admin'], org: 'globex', workspace: 'main' });
    const stop = await mesh.call(their, `POST /v1/mesh/agents/${theirs}/kill`);
    const { order } = stop.body as { order: { order_id: string } };
    const { agent } = stop.body as { agent: { address_id: string } };
    const keyId = their.split('_')[2] ?? '';
    const accountId = agent.address_id.replace('addr_', 'sa_');
    const spying = { target: { agent: THEIRS }, preset: 'batch' };
    await mesh.call(their, 'PUT /v1/mesh/policies/theirs', spying);
    const hidden: [string, unknown?][] = [
      [`GET /v1/mesh/agents/${theirs}`],
      [`GET /v1/mesh/agents/${agent.address_id}`],
      [`GET /v1/mesh/agents/${theirs}/why`],
      [`GET /v1/mesh/agents/${theirs}/usage`],
      ['GET /v1/agents/globex/main/theirs'],
      [`GET /v1/mesh/stops/${order.order_id}`],
      [`PATCH /v1/mesh/stops/${order.order_id}`, { reason: 'x' }],
      [`POST /v1/mesh/stops/${order.order_id}/lift`, { reason: 'x' }],
      [`POST /v1/mesh/agents/${theirs}/kill`],
      [`POST /v1/mesh/agents/${agent.address_id}/resume`],
      [`POST /v1/mesh/agents/${theirs}/revoke`],
      [`PATCH /v1/mesh/agents/${theirs}`, { tags: [] }],
      ['POST /v1/mesh/stops', { mode: 'halt', selector: { org: 'globex' } }],
      ['POST /v1/mesh/stops', { mode: 'halt', selector: { tag: 'x', org: 'globex' } }],
      ['POST /v1/mesh/stops', { mode: 'halt', selector: { namespace: 'globex/main' } }],
      ['POST /v1/mesh/stops', { mode: 'halt', selector: { agent: THEIRS } }],
      ['POST /v1/service-accounts', { org_id: 'globex', workspace_id: 'main', name: 'spy' }],
      [`GET /v1/service-accounts/${accountId}`],
      [`POST /v1/service-accounts/${accountId}/keys`],
      ['POST /v1/keys', { org_id: 'globex', roles: ['viewer'], name: 'spy' }],
      [`POST /v1/keys/${keyId}/revoke`],
      ['GET /v1/mesh/policies?org_id=globex'],
      ['GET /v1/mesh/policies/theirs?org_id=globex'],
      ['PUT /v1/mesh/policies/spy?org_id=globex', spying],
      ['PUT /v1/mesh/policies/spy', spying],
      ['DELETE /v1/mesh/policies/theirs?org_id=globex'],
      ['POST /v1/mesh/policies/lint?org_id=globex', spying],
      ['POST /v1/mesh/policies/test', { policy: spying, since: '2026-01-31T03:00:00Z' }],
      ['POST /v1/mesh/policies/theirs/lift', { agent: THEIRS, reason: 'x' }],
    ];
    for (const [line, body] of hidden) {
      const answer = await mesh.call(operator, line, body);
      expect([line, answer.status, code(answer)]).toEqual([line, 404, 'not_found']);
    }
    const lists = [
      '/v1/mesh/agents',
      '/v1/agents?org_id=globex',
      '/v1/mesh/stops',
      '/v1/keys',
      '/v1/mesh/policies',
      '/v1/mesh/status',
      '/v1/service-accounts',
    ];
    for (const list of lists) {
      const answer = await mesh.call(operator, `GET ${list}`);
      expect(answer.status).toBe(200);
      expect(JSON.stringify(answer.body)).not.toContain('globex');
    }
  });

  it('a key of one workspace reaches no further, but sees what holds its agents', async () => {
    const narrow = await mesh.key({ roles: ['operator'], workspaceOnly: true });
    const wide = await mesh.key({ roles: ['operator'] });
    const staged = encodeURIComponent('agent://acme/staging/staged');
    expect(await mesh.call(narrow, `POST /v1/mesh/agents/${staged}/kill`)).toMatchObject({
      status: 404,
    });
    const selector = { org: 'acme' };
    expect(
      await mesh.call(narrow, 'POST /v1/mesh/stops', { mode: 'halt', selector }),
    ).toMatchObject({ status: 403 });
    const stop = await mesh.call(wide, 'POST /v1/mesh/stops', { mode: 'halt', selector });
    const { order_id } = stop.body as { order_id: string };
    expect(await mesh.call(narrow, `GET /v1/mesh/stops/${order_id}`)).toMatchObject({
      status: 200,
    });
    const lift = [`POST /v1/mesh/stops/${order_id}/lift`, { reason: 'x' }] as const;
    expect(await mesh.call(narrow, ...lift)).toMatchObject({ status: 403 });
    const list = await mesh.call(narrow, 'GET /v1/mesh/agents');
    expect(JSON.stringify(list.body)).not.toContain('staging');
    expect(await mesh.call(wide, ...lift)).toMatchObject({ status: 200 });
  });
});
