import { intentBody, TestMesh, type Client } from './test-mesh.js';

const GOOD = intentBody('agent://acme/production/mailer');
const ID = '018f0000-0000-7000-8000-000000000001';
const without = (name: string) =>
  Object.fromEntries(Object.entries(GOOD).filter(([key]) => key !== name));

interface BadInput {
  readonly what: string;
  readonly route?: string;
  readonly body?: unknown;
  readonly status: number;
  readonly code?: string;
  /** Named in `error.details.fields`. */
  readonly field?: string;
}

const create = (what: string, body: unknown, field: string, status = 422): BadInput => ({
  what,
  body,
  field,
  status,
});

const badInputs: BadInput[] = [
  create('no type', without('intent_type'), 'intent_type'),
  create('a type without a version', { ...GOOD, intent_type: 'email.send' }, 'intent_type'),
  create('a correlation that is no uuid', { ...GOOD, correlation_id: 'x' }, 'correlation_id'),
  create('no receiver', without('to_agent'), 'to_agent'),
  create('a payload that is no object', { ...GOOD, payload: [] }, 'payload'),
  create('a field that nobody knows', { ...GOOD, prority: 1 }, 'prority'),
  create('a deadline that is no time', { ...GOOD, deadline_at: 'soon' }, 'deadline_at'),
  create('a deadline in the past', { ...GOOD, deadline_at: '2020-01-01T00:00:00Z' }, 'deadline_at'),
  create('no attempts', { ...GOOD, max_delivery_attempts: 0 }, 'max_delivery_attempts'),
  create(
    'a payload above 256 KiB',
    { ...GOOD, payload: { a: 'x'.repeat(262_144) } },
    'payload',
    413,
  ),
  create(
    'more than 64 KiB beside the payload',
    { ...GOOD, human_task: { title: 'x'.repeat(65_536) } },
    'human_task',
    413,
  ),
  ...[
    'agent://acme/production/*',
    'agent://acme/production/a.b',
    'agent://acme/production/a b',
    'agent://acme/production/..',
    'agent://acme/production/Mailer',
    'agent://acme/production/m\u0430iler',
    'agent://acme/production/>',
    'agent://acme/production/a/b',
    'queue://acme/production/~mail',
    'mailto:mailer',
    ' agent://acme/production/mailer',
  ].map((to_agent) => create(`the address ${to_agent}`, { ...GOOD, to_agent }, 'to_agent')),
  { what: 'text that is no JSON', body: '{"a":', status: 400, code: 'malformed_request' },
  {
    what: 'JSON nested too deeply',
    body: `{"payload":${'['.repeat(100)}${']'.repeat(100)}}`,
    status: 400,
    code: 'malformed_request',
  },
  {
    what: 'a body above 1 MiB',
    body: `{"a":"${'x'.repeat(1_048_576)}"}`,
    status: 413,
    code: 'payload_too_large',
  },
  { what: 'an empty body', body: '', status: 422, field: 'intent_type' },
  { what: 'an id that is none', route: 'GET /v1/intents/x', status: 422, field: 'intent_id' },
  { what: 'an id with a wildcard', route: 'GET /v1/intents/%2A', status: 422, field: 'intent_id' },
  {
    what: 'a since that is no number',
    route: `GET /v1/intents/${ID}/events?since=x`,
    status: 422,
    field: 'since',
  },
  {
    what: 'a wait that is too long',
    route: `GET /v1/intents/${ID}/events/stream?wait_seconds=61`,
    status: 422,
    field: 'wait_seconds',
  },
  {
    what: 'a stream of a wildcard',
    route: 'GET /v1/agents/acme/production/%3E/intents/stream',
    status: 422,
    field: 'name',
  },
  {
    what: 'an intent that is not there',
    route: `GET /v1/intents/${ID}`,
    status: 404,
    code: 'not_found',
  },
  {
    what: 'an end that is none',
    route: `POST /v1/intents/${ID}/resolve`,
    body: { status: 'DONE' },
    status: 422,
    field: 'status',
  },
  {
    what: 'an answer that is no object',
    route: `POST /v1/intents/${ID}/resume`,
    body: [1],
    status: 422,
  },
  {
    what: 'an answer above 256 KiB',
    route: `POST /v1/intents/${ID}/resume`,
    body: { result: 'x'.repeat(262_144) },
    status: 413,
    field: 'result',
  },
  {
    what: 'a result above 256 KiB',
    route: `POST /v1/intents/${ID}/resolve`,
    body: { status: 'COMPLETED', result: { a: 'x'.repeat(262_144) } },
    status: 413,
    field: 'result',
  },
  {
    what: 'a checkpoint without data',
    route: `PUT /v1/intents/${ID}/checkpoint`,
    body: {},
    status: 422,
    field: 'data',
  },
  {
    what: 'a checkpoint above 64 KiB',
    route: `PUT /v1/intents/${ID}/checkpoint`,
    body: { data: 'x'.repeat(65_536) },
    status: 413,
    field: 'data',
  },
  { what: 'a guard without a tool', route: 'POST /v1/guard', body: {}, status: 422, field: 'tool' },
  {
    what: 'a guard with a mistyped field',
    route: 'POST /v1/guard',
    body: { tool: 'a', tol: 1 },
    status: 422,
    field: 'tol',
  },
  {
    what: 'a metric that is no number',
    route: 'POST /v1/mesh/heartbeat',
    body: { metrics: { cost_usd: '1' } },
    status: 422,
    field: 'metrics.cost_usd',
  },
  {
    what: 'a negative metric',
    route: 'POST /v1/mesh/heartbeat',
    body: { metrics: { tokens_in: -1 } },
    status: 422,
    field: 'metrics.tokens_in',
  },
  { what: 'another method', route: 'DELETE /v1/intents', status: 405, code: 'method_not_allowed' },
];

describe('bad input at a gateway', () => {
  let mesh: TestMesh;
  let billing: Client;
  beforeAll(async () => {
    mesh = await TestMesh.start(1);
    billing = await mesh.agent('billing');
  });
  afterAll(() => mesh?.stop());

  it.each(badInputs)(
    '$what is refused with $status',
    async ({ route = 'POST /v1/intents', body, status, code, field }) => {
      const answer = await mesh.call(billing, route, body);
      expect(answer.headers.get('content-type')).toContain('application/problem+json');
      expect(answer.status).toBe(status);
      if (code !== undefined) expect(answer.body.error.code).toBe(code);
      if (field === undefined) return;
      const { fields } = answer.body.error.details as { fields: { path: string }[] };
      expect(fields.map(({ path }) => path)).toContain(field);
    },
  );

  it.each([
    { what: 'no key', key: '' },
    { what: 'a key of another kind of spelling', key: 'sk-123' },
    { what: 'a key that nobody issued', key: `estop_sa_${'a'.repeat(16)}_${'0'.repeat(64)}` },
  ])('$what is refused with 401', async ({ key }) => {
    const answer = await mesh.call({ ...billing, key }, 'POST /v1/intents', GOOD);
    expect([answer.status, answer.body.error.code]).toEqual([401, 'unauthenticated']);
  });

  it('an operator cannot beat, guard or take work, and a viewer cannot send', async () => {
    const admin = await mesh.operator('admin');
    for (const route of [
      'POST /v1/mesh/heartbeat',
      'POST /v1/guard',
      'GET /v1/agents/acme/production/billing/intents/stream',
    ]) {
      const answer = await mesh.call(
        admin,
        route,
        route.startsWith('POST') ? { tool: 'a' } : undefined,
      );
      expect([answer.status, answer.body.error.code]).toEqual([403, 'forbidden']);
    }
    const viewer = await mesh.operator('viewer');
    const answer = await mesh.call(viewer, 'POST /v1/intents', GOOD);
    expect([answer.status, answer.body.error.code]).toEqual([403, 'forbidden']);
  });

  it('fields and headers of AXME do no harm', async () => {
    const answer = await mesh.call(billing, 'POST /v1/intents?owner_agent=x&y=z', {
      ...GOOD,
      from_agent: 'agent://someone/else/entirely',
      remind_after_seconds: 5,
      remind_interval_seconds: 5,
      max_reminders: 2,
      escalate_to: 'agent://acme/production/boss',
      human_task: { title: 'x' },
    });
    expect(answer.status).toBe(200);
    const got = await mesh.call(billing, `GET /v1/intents/${answer.body.intent_id}`);
    expect(got.body).toMatchObject({
      intent: { from_agent: billing.address, max_reminders: 2, human_task: { title: 'x' } },
    });
  });
});
