import { randomUUID } from 'node:crypto';
import { jest } from '@jest/globals';
import { until } from '#testing';
import { StrangersMesh, type Heard, type StrangersAgent } from './stranger.js';

jest.setTimeout(60_000);

const ID = '{id}';
const ORDER = '{order}';
const INTENT = '{intent}';
const ACCOUNT = '{account}';
const KEY_ID = '{key}';
const WEBHOOK = '{webhook}';
const SESSION = '{session}';
const VICTIM = 'agent://acme/production/victim';
const halt = (selector: object) => ({ mode: 'halt', selector });

type Act = readonly [route: string, body?: object];
/** Every way to one thing of acme's. */
const aimed: readonly Act[] = [
  [`GET /v1/mesh/agents/${ID}`],
  [`GET /v1/mesh/agents/${VICTIM}`],
  [`GET /v1/mesh/agents/${ID}/why`],
  [`GET /v1/mesh/agents/${ID}/usage`],
  [`PATCH /v1/mesh/agents/${ID}`, { tags: ['x'] }],
  ...['kill', 'pause', 'quarantine', 'drain', 'resume', 'revoke'].map(
    (verb) => [`POST /v1/mesh/agents/${ID}/${verb}`] as const,
  ),
  [`POST /v1/mesh/agents/${VICTIM}/kill`],
  ['POST /v1/mesh/agents/agent://acme/production/unborn/kill'],
  ['POST /v1/mesh/stops', halt({ agent: VICTIM })],
  ['POST /v1/mesh/stops', { ...halt({ agent: VICTIM }), dry_run: true }],
  ['POST /v1/mesh/stops', halt({ tag: 'mail', namespace: 'acme/production' })],
  ['POST /v1/mesh/stops', halt({ tag: 'mail', org: 'acme' })],
  ['POST /v1/mesh/stops', halt({ namespace: 'acme/production' })],
  ['POST /v1/mesh/stops', halt({ org: 'acme' })],
  [`GET /v1/mesh/stops/${ORDER}`],
  [`PATCH /v1/mesh/stops/${ORDER}`, { reason: 'x' }],
  [`POST /v1/mesh/stops/${ORDER}/lift`, { reason: 'x' }],
  ['GET /v1/agents/acme/production/victim'],
  [`GET /v1/service-accounts/${ACCOUNT}`],
  ['POST /v1/service-accounts', { org_id: 'acme', workspace_id: 'production', name: 'mole' }],
  [`POST /v1/service-accounts/${ACCOUNT}/keys`],
  [`POST /v1/service-accounts/${ACCOUNT}/keys/${KEY_ID}/revoke`],
  [`POST /v1/service-accounts/${ACCOUNT}/keys/${KEY_ID}/rotate`],
  ['POST /v1/mesh/agents', { address: 'agent://acme/production/mole' }],
  [`POST /v1/sessions/${SESSION}/kill`],
  [`POST /v1/keys/${KEY_ID}/revoke`],
  ['POST /v1/keys', { org_id: 'acme', roles: ['viewer'], name: 'mole' }],
  [`DELETE /v1/webhooks/subscriptions/${WEBHOOK}`],
  [`POST /v1/webhooks/subscriptions/${WEBHOOK}/rotate`],
  [`POST /v1/webhooks/subscriptions/${WEBHOOK}/test`],
  [`GET /v1/webhooks/subscriptions/${WEBHOOK}/deliveries`],
  [
    'POST /v1/webhooks/subscriptions',
    { callback_url: 'https://example.com/', event_types: ['*'], agent: VICTIM },
  ],
  [`PUT /v1/mesh/agents/${ID}/alerts`, { threshold_pct: 80, webhook_url: 'https://example.com/' }],
  ['POST /v1/signals', { source: 'x', metric: 'x', severity: 'info', agent: VICTIM }],
  ...[{ agent: VICTIM }, { namespace: 'acme/production' }, { org: 'acme' }].map(
    (target) => ['PUT /v1/mesh/policies/mole', { target, preset: 'batch' }] as const,
  ),
  ['PUT /v1/mesh/policies/mole?org_id=acme', { target: { agent: VICTIM }, preset: 'batch' }],
  ['GET /v1/mesh/policies/guarding?org_id=acme'],
  ['DELETE /v1/mesh/policies/guarding?org_id=acme'],
  ['POST /v1/mesh/policies/guarding/lift?org_id=acme', { agent: VICTIM, reason: 'x' }],
];

const intents: readonly Act[] = [
  [`GET /v1/intents/${INTENT}`],
  [`GET /v1/intents/${INTENT}/events`],
  [`GET /v1/intents/${INTENT}/events/stream?wait_seconds=1`],
  [`POST /v1/intents/${INTENT}/resolve`, { status: 'CANCELED', reason: 'x' }],
  [`POST /v1/intents/${INTENT}/resume`, {}],
  [`POST /v1/intents/${INTENT}/controls`, { controls_patch: {} }],
  [`POST /v1/intents/${INTENT}/policy`, { grants_patch: {} }],
  ...['', '/messages', '/feed', '/feed/stream?wait_seconds=1'].map(
    (what) => [`GET /v1/sessions/${SESSION}${what}`] as const,
  ),
  [`POST /v1/sessions/${SESSION}/messages`, { role: 'user', content: 'x' }],
  [`POST /v1/sessions/${SESSION}/complete`],
  ['POST /v1/intents', intentTo(VICTIM)],
  ['POST /v1/intents', intentTo('queue://acme/production/jobs')],
];

const ofAgents: readonly Act[] = [
  [`PUT /v1/intents/${INTENT}/checkpoint`, { data: 1 }],
  ['GET /v1/agents/acme/production/victim/intents/stream?wait_seconds=1'],
  ['GET /v1/queues/acme/production/jobs/intents/stream?wait_seconds=1'],
];

const lists = [
  ...['/v1/mesh/agents', '/v1/mesh/stops', '/v1/mesh/events', '/v1/audit', '/v1/agents'],
  ...['/v1/service-accounts', '/v1/keys', '/v1/agents?org_id=acme', '/v1/keys?org_id=acme'],
  '/v1/service-accounts?org_id=acme',
  ...['/v1/webhooks/subscriptions', '/v1/webhooks/subscriptions?org_id=acme'],
  ...['/v1/sessions', '/v1/mesh/policies', '/v1/mesh/status', '/v1/mesh/doctor'],
];

/** With the route as the name of the case. */
const cases = (acts: readonly Act[]) => acts.map(([route, body]) => ({ route, body }));

function intentTo(to_agent: string) {
  const correlation_id = 'b0a3a9a2-64d4-4c5b-8a41-90c7fd6f0c0e';
  return { intent_type: 'mail.send.v1', correlation_id, to_agent, payload: {} };
}

describe('tenants of one mesh', () => {
  let mesh: StrangersMesh;
  let admin: string;
  let victim: StrangersAgent;
  let rivalAgent: StrangersAgent;
  let rival: string;
  let places: Record<string, string>;

  beforeAll(async () => {
    mesh = await StrangersMesh.start('tenancy');
    admin = mesh.credentials.admin_key;
    const made = (route: string, body: object) => mesh.ask(route, { key: admin, body });
    await made('POST /v1/organizations', { name: 'rival' });
    await made('POST /v1/organizations/rival/workspaces', { name: 'production' });
    rival = await mesh.operatorKey(admin, { org_id: 'rival', roles: ['admin'] });
    victim = await mesh.agent(admin, VICTIM);
    rivalAgent = await mesh.agent(rival, 'agent://rival/production/spy');
    const order = await made('POST /v1/mesh/stops', { mode: 'pause', selector: { tag: 'none' } });
    const intent = await mesh.ask('POST /v1/intents', {
      ...{ key: victim.key, body: { ...intentTo(VICTIM), reply_to: VICTIM } },
    });
    const session = await mesh.ask('POST /v1/sessions', { key: victim.key });
    const hooked = await made('POST /v1/webhooks/subscriptions', {
      ...{ callback_url: 'https://example.com/acme/victim', event_types: ['stop.*'] },
    });
    await made('PUT /v1/mesh/policies/guarding', { target: { agent: VICTIM }, preset: 'batch' });
    const { body } = await mesh.ask(`GET /v1/mesh/agents/${VICTIM}`, { key: admin });
    places = {
      ...{ [ID]: body.agent.address_id, [ORDER]: order.body.order_id },
      ...{ [SESSION]: session.body.session_id },
      ...{ [INTENT]: intent.body.intent_id, [ACCOUNT]: victim.account, [KEY_ID]: victim.keyId },
      ...{ [WEBHOOK]: hooked.body.subscription.subscription_id },
    };
  });
  afterAll(() => mesh?.stop());

  const ask = (key: string, route: string, body?: object): Promise<Heard> =>
    mesh.ask(
      route.replace(/\{\w+\}/g, (place) => places[place] ?? place),
      { key, body },
    );

  it.each(cases([...aimed, ...intents]))(
    '$route is not there for another tenant’s admin',
    async ({ route, body }) => {
      const { status, body: said } = await ask(rival, route, body);
      expect([status, said.error.code]).toEqual([404, 'not_found']);
      expect(said.error.details).toBeUndefined();
    },
  );

  it('what is hidden is told of as what never was', async () => {
    const message = async (path: string) => {
      const { body } = await ask(rival, `GET ${path}`);
      return body.error.message as string;
    };
    const hidden = await message(`/v1/mesh/agents/${ID}`);
    const never = await message('/v1/mesh/agents/addr_aaaaaaaaaaaaaaaaaaaa');
    expect(hidden.replace(places[ID] ?? '', '')).toBe(
      never.replace('addr_aaaaaaaaaaaaaaaaaaaa', ''),
    );
  });

  it.each(lists)('%s of another tenant names nothing of this one', async (path) => {
    const { status, text } = await ask(rival, `GET ${path}`);
    expect(status).toBe(200);
    expect(text).not.toMatch(/"acme"|acme\/|victim/);
  });

  it('the inbox of another tenant is not there', async () => {
    expect(await ask(rival, `GET /v1/inbox?owner_agent=${VICTIM}`)).toMatchObject({ status: 404 });
  });

  it.each(cases([...intents, ...ofAgents]))(
    '$route is not there for another tenant’s agent',
    async ({ route, body }) => {
      const { status } = await ask(rivalAgent.key, route, body);
      expect(status).toBe(404);
    },
  );

  const ofTheMesh: Act[] = ['gateways', 'stream', 'status'].map((what) => [`GET /v1/mesh/${what}`]);
  it.each(cases([...aimed, ...ofTheMesh]))(
    '$route is forbidden to an agent, though it be its own',
    async ({ route, body }) => {
      const { status, body: said } = await ask(victim.key, route, body);
      expect([status, said.error.code]).toEqual([403, 'forbidden']);
    },
  );

  it.each(cases([...aimed, ...intents].filter(([route]) => !route.startsWith('GET'))))(
    '$route is forbidden to a viewer',
    async ({ route, body }) => {
      const { status, body: said } = await ask(mesh.credentials.viewer_key, route, body);
      expect([status, said.error.code]).toEqual([403, 'forbidden']);
    },
  );

  it('none of all this had an effect', async () => {
    const { body } = await mesh.ask('POST /v1/mesh/heartbeat', { key: victim.key });
    expect(body.health_status).toBe('healthy');
    expect((await ask(victim.key, `GET /v1/intents/${INTENT}`)).body.intent.status).toBe(
      'SUBMITTED',
    );
    expect((await ask(admin, `GET /v1/mesh/stops/${ORDER}`)).body.state).not.toBe('lifted');
    const { session } = (await ask(victim.key, `GET /v1/sessions/${SESSION}`)).body;
    expect(session.status).toBe('ACTIVE');
  });

  it('a key gives nothing that it does not have, and no one revokes above itself', async () => {
    const platform = await mesh.operatorKey(admin, { org_id: 'acme', roles: ['platform'] });
    const wide = { org_id: 'rival', roles: ['admin'], name: 'x', mesh_wide: true };
    const over = { org_id: 'acme', roles: ['admin'], name: 'x' };
    expect(await ask(rival, 'POST /v1/keys', wide)).toMatchObject({ status: 403 });
    expect(await ask(platform, 'POST /v1/keys', over)).toMatchObject({ status: 403 });
    const adminId = admin.split('_')[2];
    expect(await ask(rival, `POST /v1/keys/${adminId}/revoke`)).toMatchObject({ status: 404 });
  });

  it('a key of one workspace reaches no other, and nothing of the whole org', async () => {
    await ask(admin, 'POST /v1/organizations/acme/workspaces', { name: 'staging' });
    const staging = await mesh.operatorKey(admin, {
      ...{ org_id: 'acme', workspace_id: 'staging', roles: ['admin'] },
    });
    expect(await ask(staging, `POST /v1/mesh/agents/${ID}/kill`)).toMatchObject({ status: 404 });
    const everybody = await ask(staging, 'POST /v1/mesh/stops', halt({ org: 'acme' }));
    expect(everybody).toMatchObject({ status: 403 });
    const { body } = await ask(staging, 'GET /v1/mesh/agents');
    expect(body.agents).toEqual([]);
  });

  it('the same idempotency key of two principals is two keys', async () => {
    const body = { org_id: 'rival', workspace_id: 'production', name: 'once' };
    const headers = { 'idempotency-key': randomUUID() };
    const asked = (key: string, gateway: number) =>
      mesh.ask('POST /v1/service-accounts', { key, body, headers, gateway });
    const first = await asked(rival, 0);
    expect(await asked(admin, 1)).toMatchObject({
      status: 409,
      body: { error: { code: 'already_exists' } },
    });
    expect((await asked(rival, 1)).body).toEqual(first.body);
  });

  it('a stream tells one tenant nothing of another, and ends with its key', async () => {
    const key = await mesh.operatorKey(rival, { org_id: 'rival', roles: ['viewer'] });
    const stream = mesh.ask('GET /v1/mesh/stream', { key, headers: { 'last-event-id': '0' } });
    await ask(admin, 'POST /v1/mesh/stops', { ...halt({ agent: VICTIM }), expires_in: 3600 });
    await ask(admin, `POST /v1/mesh/agents/${ID}/resume`, { reason: 'spec' });
    await ask(admin, `POST /v1/keys/${key.split('_')[2]}/revoke`);
    const { text } = await stream;
    expect(text).toContain('rival');
    expect(text).not.toMatch(/acme|victim/);
  });

  it('a delivery stream ends when its key is revoked or expires, and the key is 401 everywhere', async () => {
    const expires_at = new Date(Date.now() + 4000).toISOString();
    const route = `POST /v1/service-accounts/${ACCOUNT}/keys`;
    const { body: expiring } = await ask(admin, route, { expires_at });
    const { body: revoked } = await ask(admin, route);
    const path = 'GET /v1/agents/acme/production/victim/intents/stream?since=0';
    const ends: Promise<Heard>[] = [];
    for (const { key } of [expiring, revoked]) {
      await new Promise<void>((onHead) => ends.push(mesh.ask(path, { key: key.token, onHead })));
    }
    await ask(admin, `POST /v1/keys/${revoked.key.key_id}/revoke`);
    expect((await ends[1])?.text).toMatch(/: key_revoked\n\n$/);
    expect((await ends[0])?.text).toMatch(/: key_expired\n\n$/);
    await until(async () => {
      const answers = [expiring, revoked].flatMap(({ key }) =>
        [0, 1].map((gateway) => mesh.ask('POST /v1/mesh/heartbeat', { key: key.token, gateway })),
      );
      return (await Promise.all(answers)).every(({ status }) => status === 401);
    });
  });
});
