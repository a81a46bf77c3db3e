import { jest } from '@jest/globals';
import { until } from '#testing';
import { addressOf, call, encoded, StandingMesh, type Reply } from '../e2e/standing-mesh.js';

/** A whole mesh as `npm start` runs it: gateways, command APIs and the policy evaluator in processes of their own. */
const mesh = new StandingMesh('policies', 2);
const EVALUATOR = 'policy-evaluator';
const STOPPED_MS = 10_000;

jest.setTimeout(60_000);
beforeAll(() => mesh.start());
afterAll(() => mesh.end());

const send = (key: string, at = 0, type = 'deploy.start.v1'): Promise<Reply> =>
  call(mesh.gateways[at] as string, 'POST /v1/intents', {
    key,
    body: {
      intent_type: type,
      correlation_id: crypto.randomUUID(),
      to_agent: addressOf('nobody'),
      payload: {},
    },
  });
/** Spread over the gateways, so that none of them counts all. */
const sendMany = async (key: string, count: number): Promise<Reply[]> => {
  const replies: Reply[] = [];
  for (let sent = 0; sent < count; sent += 1) {
    replies.push(await send(key, sent % mesh.gateways.length));
  }
  return replies;
};
const why = async (name: string) =>
  (await mesh.as('operator', `GET /v1/mesh/agents/${encoded(name)}/why`)).body;
const stopped = (name: string) =>
  until(async () => ((await why(name)).held === true ? why(name) : null), {
    what: `${name} to be stopped by its policy`,
    timeoutMs: STOPPED_MS,
  });
const set = async (name: string, agent: string, rule: object, more: object = {}) => {
  const target = { agent: addressOf(agent) };
  const body = { target, mode: 'enforce', rules: [rule], ...more };
  // Through a gateway, and as YAML, which JSON is, too.
  const answer = await call(mesh.gateways[0] as string, `PUT /v1/mesh/policies/${name}`, {
    ...{ key: mesh.key('admin'), body },
    headers: { 'content-type': 'application/yaml' },
  });
  expect([answer.status, answer.body.missing]).toEqual([200, []]);
};
const intents = (over: number) => ({ intents: { over, per: 'hour', direction: 'send' } });

it('1. the intent above the limit stops its agent at every gateway, and nobody was called', async () => {
  const deployer = await mesh.agent('deployer');
  const other = await mesh.agent('other');
  await set('deploy-rate', 'deployer', { when: intents(6), then: 'halt' });
  const replies = await sendMany(deployer, 7);
  expect(replies.map(({ status }) => status)).toEqual(Array.from({ length: 7 }, () => 200));
  const { held_by } = await stopped('deployer');
  expect(held_by).toMatchObject([
    {
      mode: 'halt',
      actor: { kind: 'system', id: 'policy:acme/deploy-rate', via: 'policy' },
      breach: {
        policy: 'deploy-rate',
        rule: 0,
        outcome: 'stop',
        evidence: { measured: 7, limit: 6 },
      },
    },
  ]);
  for (const at of mesh.gateways.keys()) {
    expect((await send(deployer, at)).code).toBe('agent_killed');
    expect((await send(other, at)).status).toBe(200);
  }
});

it('2. whom people let run again is not stopped for the same breach', async () => {
  const path = `POST /v1/mesh/agents/${encoded('deployer')}/resume`;
  await set('deploy-rate', 'deployer', { when: intents(1000), then: 'halt' });
  expect((await mesh.as('operator', path, { reason: 'limit raised' })).status).toBe(200);
  const deployer = await mesh.admin('GET /v1/mesh/policies/deploy-rate');
  expect(deployer.body.policy.watches.agents).toBe(1);
  expect((await why('deployer')).held).toBe(false);
});

it('3. an evaluator that is killed forgets nothing, and stops once', async () => {
  const counted = await mesh.agent('counted');
  await set('counted', 'counted', { when: intents(6), then: 'pause' });
  await sendMany(counted, 5);
  await mesh.crash(EVALUATOR);
  await sendMany(counted, 2);
  const { held_by } = await stopped('counted');
  expect(held_by).toMatchObject([{ mode: 'pause', breach: { evidence: { measured: 7 } } }]);
  const { body } = await mesh.as('operator', 'GET /v1/mesh/stops?state=all');
  const orders = body.orders as { selector: { agent?: string } }[];
  expect(orders.filter(({ selector }) => selector.agent === addressOf('counted'))).toHaveLength(1);
});

it('4. a throttle holds the agent back, and why says until when', async () => {
  const eager = await mesh.agent('eager');
  const throttle = { throttle: { to: 1, per: 'hour' } };
  await set('pace', 'eager', { when: intents(4), then: throttle });
  await sendMany(eager, 8);
  const restricted = async () => (await why('eager')).restricted_by as { per_second: number }[];
  await until(async () => (await restricted()).length > 0, {
    what: 'the restriction',
    timeoutMs: STOPPED_MS,
  });
  expect(await restricted()).toMatchObject([{ policy: 'pace', rule: 0 }]);
  const refused = await send(eager, 1);
  expect([refused.status, refused.code]).toEqual([429, 'policy_blocked']);
  expect((await why('eager')).held).toBe(false);
  await mesh.admin('DELETE /v1/mesh/policies/pace');
  expect((await send(eager, 1)).status).toBe(200);
});

it('5. a draft is tried on what was recorded before it is armed', async () => {
  const policy = {
    target: { namespace: 'acme/production' },
    rules: [{ when: intents(6), then: 'halt' }],
  };
  const since = new Date(Date.now() - 3_600_000).toISOString();
  const body = { policy, since, timeout_ms: 20_000 };
  const answer = await mesh.admin('POST /v1/mesh/policies/test', body);
  expect(answer.status).toBe(200);
  const firings = answer.body.firings as { address: string; rule: number }[];
  expect(firings.map(({ address }) => address)).toEqual(
    expect.arrayContaining([addressOf('deployer'), addressOf('counted')]),
  );
});

it('6. what a policy only watches goes on', async () => {
  const shady = await mesh.agent('shady');
  await set('shade', 'shady', { when: intents(2), then: 'halt' }, { mode: 'shadow' });
  const replies = await sendMany(shady, 6);
  expect(replies.every(({ status }) => status === 200)).toBe(true);
  await until(
    async () =>
      ((await mesh.as('operator', 'GET /v1/audit?type=BreachSeen')).body.entries as object[])
        .length > 0,
    { what: 'the breach in the audit', timeoutMs: STOPPED_MS },
  );
  expect((await why('shady')).held).toBe(false);
});
