import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  commandRoutes,
  gatewayRoutes,
  permissions,
  type GatewayId,
  type RegionName,
  type RouteDefinition,
} from '#contracts';
import { createLogger } from '#platform';
import { claimNatsAccount } from '#testing';
import { ExampleMesh } from '../../apps/command-api/src/example/example-mesh.js';
import { gateRules } from '../../apps/gateway/src/gate/gate-rules.js';
import { startGateway, type Gateway } from '../../apps/gateway/src/gateway.js';
import { registeredRoutes } from './registered-routes.js';

/** What an orchestrator and a reader need. They say nothing about any tenant and change nothing. */
const SERVICE_ROUTES = ['GET /livez', 'GET /readyz', 'GET /startupz', 'GET /metrics'];
const COMMAND_SERVICE_ROUTES = [...SERVICE_ROUTES, 'GET /openapi.json', 'GET /docs'];
/** The only definitions that need no key. */
const PUBLIC = ['health'];
/** They answer the stopped, and tell them. */
const TELLS = ['mesh.heartbeat', 'guard'];
/** How an authorization ended is taken from the stopped too: what was paid, and what is given back. Here there is none. */
const GIVES_BACK = ['budget.capture', 'budget.release'];
const UNKNOWN = expect.stringContaining('not_found');

const AGENT = 'agent://acme/production/walker';
const id = randomUUID();
const values: Record<string, string> = {
  org: 'acme',
  workspace: 'production',
  name: 'walker',
  address_id: encodeURIComponent(AGENT),
};
const bodies: Record<string, object> = {
  'intents.create': {
    intent_type: 'mail.send.v1',
    correlation_id: id,
    to_agent: AGENT,
    payload: {},
  },
  'intents.resolve': { status: 'COMPLETED' },
  'intents.checkpoint': { data: 1 },
  guard: { tool: 'mail' },
  'budget.authorize': { amount: '1.00', currency: 'usd' },
  'budget.capture': { authorization_id: `auth_${'a'.repeat(20)}` },
  'budget.release': { authorization_id: `auth_${'a'.repeat(20)}` },
  'sessions.messages.add': { role: 'user', content: 'hello' },
};

const lineOf = ({ method, path }: { method: string; path: string }): string => `${method} ${path}`;
/** Without the names of parameters: the tree keeps one place for all that may stand there. */
const shapeOf = (route: { method: string; path: string }): string =>
  lineOf(route).replace(/:[^/]+/g, ':');
const filled = (route: RouteDefinition): string =>
  route.path.replace(/:(\w+)/g, (_, name: string) => values[name] ?? id);
const all = [...new Set([...gatewayRoutes, ...commandRoutes])];
const gateRoutes = all.filter(({ access }) => access.kind === 'gate');
const operatorRoutes = all.filter(({ access }) => access.kind === 'operator');

describe('every route passes the gate or declares its permission', () => {
  let mesh: ExampleMesh;
  let gateway: Gateway;
  let agentKey: string;
  const dataDir = mkdtempSync(join(tmpdir(), 'estop-walk-'));

  beforeAll(async () => {
    mesh = await ExampleMesh.start({ nats: await claimNatsAccount() });
    gateway = await startGateway({
      nats: mesh.nats,
      control: mesh.nats,
      dataDir,
      gateway: 'walk-1' as GatewayId,
      region: 'near' as RegionName,
      log: createLogger({ service: 'gateway', level: 'silent' }),
      port: 0,
    });
    const admin = await mesh.key({ roles: ['admin'] });
    const account = await mesh.call(admin, 'POST /v1/service-accounts', {
      org_id: 'acme',
      workspace_id: 'production',
      name: 'walker',
    });
    const { service_account_id: account_id } = (
      account.body as { service_account: { service_account_id: string } }
    ).service_account;
    const issued = await mesh.call(admin, `POST /v1/service-accounts/${account_id}/keys`);
    agentKey = (issued.body as { key: { token: string } }).key.token;
    const kill = await mesh.call(admin, `POST /v1/mesh/agents/${encodeURIComponent(AGENT)}/kill`);
    expect(kill).toMatchObject({ body: { order: { effective: { acked: 1, of: 1 } } } });
  });
  afterAll(async () => {
    await gateway?.stop();
    await mesh?.stop();
    rmSync(dataDir, { recursive: true });
  });

  const ask = async (route: RouteDefinition, key: string | null) => {
    const body = bodies[route.id];
    const response = await fetch(`${gateway.url}${filled(route)}`, {
      method: route.method,
      headers: { 'content-type': 'application/json', ...(key !== null && { 'x-api-key': key }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: response.status, text: await response.text() };
  };

  it('has one definition for each method and path', () => {
    const lines = all.map(lineOf);
    expect(lines.filter((line, index) => lines.indexOf(line) !== index)).toEqual([]);
    const ids = all.map((route) => route.id);
    expect(ids.filter((one, index) => ids.indexOf(one) !== index)).toEqual([]);
  });

  it('declares what it asks of its caller', () => {
    for (const route of operatorRoutes) {
      const { access } = route;
      expect([
        route.id,
        access.kind === 'operator' && permissions.includes(access.permission),
      ]).toEqual([route.id, true]);
    }
    expect(all.filter(({ access }) => access.kind === 'public').map((route) => route.id)).toEqual(
      PUBLIC,
    );
    for (const route of gateRoutes) expect(Object.keys(gateRules)).toContain(route.id);
  });

  it('a gateway has registered its definitions and nothing else', () => {
    const registered = registeredRoutes(gateway.server).map(shapeOf).sort();
    expect(registered).toEqual([...SERVICE_ROUTES, ...gatewayRoutes.map(shapeOf)].sort());
  });

  it('a command API has registered its definitions and nothing else', () => {
    const registered = registeredRoutes(mesh.api.server).map(shapeOf).sort();
    expect(registered).toEqual([...COMMAND_SERVICE_ROUTES, ...commandRoutes.map(shapeOf)].sort());
  });

  it.each(gateRoutes.map((route) => [route.id, route] as const))(
    '%s: the gate meets a stopped agent',
    async (name, route) => {
      const { status, text } = await ask(route, agentKey);
      if (GIVES_BACK.includes(name)) return expect([status, text]).toEqual([404, UNKNOWN]);
      if (TELLS.includes(name))
        expect([status, text]).toEqual([200, expect.stringMatching(/killed|block/)]);
      else expect([status, text]).toEqual([403, expect.stringContaining('agent_killed')]);
    },
  );

  it.each(operatorRoutes.map((route) => [route.id, route] as const))(
    '%s: an agent’s key is refused, through a gateway too',
    async (_name, route) => {
      const { status, text } = await ask(route, agentKey);
      expect([status, text]).toEqual([403, expect.stringContaining('forbidden')]);
    },
  );

  it.each(
    all.filter(({ access }) => access.kind !== 'public').map((route) => [route.id, route] as const),
  )('%s: no key, no answer', async (_name, route) => {
    const { status } = await ask(route, null);
    expect(status).toBe(401);
  });

  it('a path that is no route is 404, also through a gateway', async () => {
    const response = await fetch(`${gateway.url}/v1/mesh/agents/x/erase`, {
      method: 'POST',
      headers: { 'x-api-key': agentKey },
    });
    expect(response.status).toBe(404);
  });
});
