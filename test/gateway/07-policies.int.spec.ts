import {
  activityEvents,
  controlSubject,
  eventCodec,
  PolicyDocument,
  streams,
  type ActivityEvent,
  type BreachId,
  type DecisionCount,
  type OrgName,
  type PolicyName,
  type Tag,
} from '#contracts';
import { toTimestamp } from '#platform';
import { until } from '#testing';
import { intentBody, TestMesh, type Client } from './test-mesh.js';

const ORG = 'acme' as OrgName;

describe('policies at a gateway', () => {
  let mesh: TestMesh;
  let sender: Client;
  let drop: Client;
  beforeAll(async () => {
    mesh = await TestMesh.start(2);
    sender = await mesh.agent('sender');
    drop = await mesh.agent('drop');
  });
  afterAll(() => mesh?.stop());

  const subjectOf = (name: string): string => controlSubject(ORG, null, 'policy', name);
  const set = async (name: string, written: object): Promise<number> => {
    const document = PolicyDocument.parse({ name, mode: 'enforce', ...written });
    const data = { org: ORG, policy: name as PolicyName, document };
    return mesh.say({ type: 'PolicySet', data }, subjectOf(name));
  };
  const remove = async (name: string): Promise<void> => {
    const data = { org: ORG, policy: name as PolicyName };
    await mesh.say({ type: 'PolicyRemoved', data }, subjectOf(name));
  };
  const send = (from: Client, to: Client, more: object = {}, at = 0) =>
    mesh.call(from, 'POST /v1/intents', intentBody(to.address, more), at);
  const guard = (agent: Client, tool: string, at = 0) =>
    mesh.call(agent, 'POST /v1/guard', { tool }, at);
  const only = (agent: Client) => ({ target: { agent: agent.address } });
  const counted = async (agent: Client): Promise<DecisionCount[]> => {
    const store = mesh.nats.eventStore(
      streams.activity.name,
      eventCodec<ActivityEvent>(activityEvents),
    );
    const name = agent.address.split('/').at(-1);
    const stored = await store.read(`activity.us-east.acme.production.${name}`);
    return stored.flatMap(({ decoded }) =>
      decoded.known && decoded.event.type === 'DecisionsCounted'
        ? decoded.event.data.decisions
        : [],
    );
  };

  it('refuses intents of a type that the sender may not send, and says by which rule', async () => {
    const rules = [{ when: { intent_types: { deny: ['deploy.*'] } }, then: 'block' }];
    await set('no-deploys', { ...only(sender), rules });
    const refused = await send(sender, drop, { intent_type: 'deploy.start.v1' });
    expect([refused.status, refused.body.error]).toMatchObject([
      429,
      {
        code: 'policy_blocked',
        details: { policy: 'no-deploys', rule: 0, address: sender.address, then: 'block' },
      },
    ]);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await send(sender, drop)).status).toBe(200);
    await until(async () => (await counted(sender)).some(({ refusedBy }) => refusedBy !== null));
    const count = (await counted(sender)).find(({ refusedBy }) => refusedBy !== null);
    expect(count).toMatchObject({
      ...{ act: 'intent.send', refusedBy: 'policy_blocked', orderId: null },
      ...{ subject: 'deploy.start.v1', policy: 'no-deploys', rule: 0 },
    });
    await remove('no-deploys');
    expect((await send(sender, drop, { intent_type: 'deploy.start.v1' })).status).toBe(200);
  });

  it('refuses what the receiver may not be sent, whoever sends it, and counts it there', async () => {
    const shy = await mesh.agent('shy');
    const rules = [
      {
        when: { intent_types: { allow: ['email.*'], direction: 'receive' } },
        then: 'halt',
      },
    ];
    await set('mail-only', { ...only(shy), rules });
    const refused = await send(sender, shy, { intent_type: 'deploy.start.v1' });
    expect(refused.body.error).toMatchObject({
      code: 'policy_blocked',
      details: { policy: 'mail-only', address: shy.address },
    });
    const operator = await mesh.operator('operator');
    expect((await send(operator, shy, { intent_type: 'deploy.start.v1' })).status).toBe(429);
    expect((await send(sender, shy)).status).toBe(200);
    const isRefused = ({ refusedBy }: DecisionCount): boolean => refusedBy === 'policy_blocked';
    await until(async () => (await counted(shy)).some(isRefused));
    expect((await counted(shy)).find(isRefused)).toMatchObject({
      ...{ act: 'intent.receive', policy: 'mail-only', rule: 0 },
    });
    await remove('mail-only');
  });

  it('blocks a tool, warns of another, and lets all others pass', async () => {
    const agent = await mesh.agent('handy');
    const tools = (glob: string) => [{ when: { tools: { deny: [glob] } }, then: 'block' }];
    await set('no-shell', { ...only(agent), rules: tools('shell.*') });
    await set('mind-mail', { ...only(agent), mode: 'warn', rules: tools('mail.*') });
    await set('shade', { ...only(agent), mode: 'shadow', rules: tools('*') });
    expect((await guard(agent, 'shell.exec')).body).toMatchObject({
      ...{ action: 'block', reason: 'policy_blocked', rule: 'no-shell.rules.0' },
    });
    const warned = await guard(agent, 'mail.send');
    expect(warned.body).toMatchObject({ action: 'warn', rule: 'mind-mail.rules.0' });
    expect(warned.headers.get('x-estop-warning')).toContain('mind-mail');
    expect((await guard(agent, 'web.search')).body).toEqual({ action: 'allow' });
    for (const name of ['no-shell', 'mind-mail', 'shade']) await remove(name);
  });

  it('refuses beyond a rate, by what this very gateway has let out', async () => {
    const agent = await mesh.agent('eager');
    const intents = { over: 3, per: 'hour' };
    await set('pace', { ...only(agent), rules: [{ when: { intents }, then: 'block' }] });
    const statuses: number[] = [];
    for (let sent = 0; sent < 5; sent += 1) statuses.push((await send(agent, drop)).status);
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
    const refused = await send(agent, drop);
    expect(refused.body.error.details).toMatchObject({ policy: 'pace', when: { intents } });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(60);
    await set('pace', { ...only(agent), rules: [{ when: { intents }, then: 'alert' }] });
    expect((await send(agent, drop)).status).toBe(200);
    await remove('pace');
  });

  it('watches an agent from the moment that it carries the tag', async () => {
    const agent = await mesh.agent('newcomer');
    const rules = [{ when: { tools: { deny: ['*'] } }, then: 'block' }];
    await set('tagged', { target: { tag: 'untrusted' }, rules });
    expect((await guard(agent, 'web.search')).body).toEqual({ action: 'allow' });
    const data = { address: agent.address, tags: ['untrusted' as Tag] };
    const subject = controlSubject(ORG, 'production', 'agent', 'newcomer');
    await mesh.say({ type: 'AgentTagged', data }, subject);
    expect((await guard(agent, 'web.search')).body).toMatchObject({ action: 'block' });
    await remove('tagged');
  });

  it('a stop comes before a policy', async () => {
    const agent = await mesh.agent('stopped');
    await set('all', {
      ...only(agent),
      rules: [{ when: { tools: { deny: ['*'] } }, then: 'block' }],
    });
    const order = await mesh.order('halt', { agent: agent.address });
    expect((await guard(agent, 'web.search')).body).toMatchObject({ reason: 'agent_killed' });
    await mesh.lift(order);
    await remove('all');
  });

  it('lets a restricted agent do no more than its rate, over all gateways together', async () => {
    const agent = await mesh.agent('restricted');
    const intents = { over: 1000, per: 'minute' };
    const written = { ...only(agent), rules: [{ when: { intents }, then: 'block' }] };
    await set('slow', written);
    const restrict = (perSecond: number, breach: string) => {
      const breachId = `breach_${breach.padEnd(20, 'a')}` as BreachId;
      const until = toTimestamp(Date.now() + 3_600_000);
      const { address } = agent;
      const about = { address, org: ORG, policy: 'slow' as PolicyName, rule: 0 };
      const subject = controlSubject(ORG, 'production', 'restriction', breachId);
      return mesh.say(
        { type: 'AgentRestricted', data: { ...about, breachId, perSecond, until } },
        subject,
      );
    };
    await restrict(0, 'b');
    const blocked = await send(agent, drop);
    expect([blocked.status, blocked.body.error.code]).toEqual([429, 'policy_blocked']);
    expect((await guard(agent, 'web.search', 1)).body).toMatchObject({ rule: 'slow.rules.0' });
    await restrict(40, 'c');
    let passed = 0;
    const beganMs = performance.now();
    await until(async () => {
      passed += (await send(agent, drop)).status === 200 ? 1 : 0;
      return passed >= 10;
    });
    const tookSeconds = (performance.now() - beganMs) / 1000;
    // One of two gateways lets out its half of the rate: twenty a second, and at most as many at once.
    expect(tookSeconds).toBeGreaterThan((10 - 1) / 20 - 0.05);
    await set('slow', { ...written, cooldown_seconds: 1 });
    expect((await send(agent, drop)).status).toBe(200);
    await remove('slow');
  });

  it('tells of watched agents within a moment, and of what they declare', async () => {
    const agent = await mesh.agent('watched');
    const rules = [{ when: { cost_usd: { over: 5, per: 'day' } }, then: 'halt' }];
    await set('cost', { ...only(agent), rules });
    await mesh.call(agent, 'POST /v1/guard', { tool: 'web.search', cost_usd: 0.25 });
    await mesh.call(agent, 'POST /v1/guard', { tool: 'web.search', cost_usd: 0.5 });
    await until(
      async () => (await counted(agent)).reduce((sum, { count }) => sum + count, 0) === 2,
    );
    const told = await counted(agent);
    expect(told.reduce((sum, { costMicroUsd = 0 }) => sum + costMicroUsd, 0)).toBe(750_000);
    await remove('cost');
  });
});
