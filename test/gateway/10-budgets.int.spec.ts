import {
  activityEvents,
  budgetSubject,
  Currency,
  eventCodec,
  type ActivityEvent,
  type BudgetKey,
  ledgerEvents,
  ledgerSubject,
  type LedgerEvent,
  type OrgName,
  streams,
} from '#contracts';
import { LedgerFold } from '#domain';
import { systemIds, toTimestamp } from '#platform';
import { until } from '#testing';
import { TestMesh, type Client } from './test-mesh.js';

const ORG = 'acme' as OrgName;
const usd = Currency.parse('usd');

describe('budgets at gateways', () => {
  let mesh: TestMesh;
  beforeAll(async () => {
    mesh = await TestMesh.start(2);
  });
  afterAll(() => mesh?.stop());

  const keyOf = (agent: Client, more: Partial<BudgetKey> = {}): BudgetKey => ({
    ...{ scope: { agent: agent.address }, currency: usd, per: 'total' },
    ...more,
  });
  const set = (key: BudgetKey, capMicro: number, alertPct = [80]): Promise<number> =>
    mesh.say(
      { type: 'BudgetSet', data: { ...key, org: ORG, capMicro, alertPct } },
      budgetSubject(key),
    );
  const capped = async (name: string, capMicro: number): Promise<Client> => {
    const agent = await mesh.agent(name);
    await set(keyOf(agent), capMicro);
    return agent;
  };
  const pay = (agent: Client, body: object, at = 0) =>
    mesh.call(agent, 'POST /v1/budget/authorize', body, at);
  const paid = async (agent: Client, amount: string, at = 0): Promise<string> => {
    const { status, body } = await pay(agent, { amount, currency: 'usd' }, at);
    expect([status, body.error]).toEqual([200, undefined]);
    return (body as unknown as { authorization_id: string }).authorization_id;
  };
  const end = (agent: Client, how: 'capture' | 'release', body: object, at = 0) =>
    mesh.call(agent, `POST /v1/budget/${how}`, body, at);
  const guard = (agent: Client, cost: number, at = 0) =>
    mesh.call(agent, 'POST /v1/guard', { tool: 'search', cost_usd: cost }, at);
  const standing = async (key: BudgetKey) => {
    const store = mesh.nats.eventStore(streams.ledger.name, eventCodec<LedgerEvent>(ledgerEvents));
    const fold = new LedgerFold(key.per);
    for (const { sequence, storedAtMs, decoded } of await store.read(ledgerSubject(key)))
      if (decoded.known) fold.apply({ sequence, storedAtMs, fact: decoded.event as never });
    return fold.standing(0);
  };

  it('take the last cent, and decline the cent above with the cap and what is spent', async () => {
    const agent = await capped('cent', 1_000_000);
    await end(agent, 'capture', { authorization_id: await paid(agent, '0.37') });
    await end(agent, 'capture', { authorization_id: await paid(agent, '0.63', 1) }, 1);
    const refused = await pay(agent, { amount: '0.000001', currency: 'usd' });
    expect([refused.status, refused.body.error]).toMatchObject([
      429,
      {
        code: 'budget_exceeded',
        details: {
          ...{ scope: agent.address, currency: 'usd', per: 'total', cap: '1.00' },
          ...{ spent: '1.00', remaining: '0.00', requested: '0.000001', resets_at: null },
        },
      },
    ]);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('go on at once when the cap is raised, and stop at once when it is lowered', async () => {
    const agent = await capped('moved', 1_000_000);
    await paid(agent, '1.00');
    expect((await pay(agent, { amount: '0.01', currency: 'usd' }, 1)).status).toBe(429);
    await set(keyOf(agent), 2_000_000);
    await paid(agent, '0.50', 1);
    await set(keyOf(agent), 100_000);
    for (const at of [0, 1])
      expect((await pay(agent, { amount: '0.01', currency: 'usd' }, at)).status).toBe(429);
    await set(keyOf(agent), 2_000_000);
    await paid(agent, '0.50');
    expect((await pay(agent, { amount: '0.01', currency: 'usd' })).status).toBe(429);
  });

  it('count a top-up while it lasts', async () => {
    const agent = await capped('topped', 1_000_000);
    await paid(agent, '1.00');
    const data = { topUpId: systemIds.keyId(), amountMicro: 500_000, reason: 'incident 47' };
    const until_ = toTimestamp(Date.now() + 60_000);
    const key = keyOf(agent);
    await mesh.say(
      { type: 'BudgetToppedUp', data: { ...key, ...data, org: ORG, until: until_ } },
      budgetSubject(key),
    );
    await paid(agent, '0.50', 1);
    expect((await pay(agent, { amount: '0.01', currency: 'usd' })).status).toBe(429);
  });

  it('capture once, through any gateway, no more than was authorized, and give back the rest', async () => {
    const agent = await capped('capturer', 1_000_000);
    const authorization_id = await paid(agent, '0.80');
    const above = await end(agent, 'capture', { authorization_id, amount: '0.80001' }, 1);
    expect([above.status, above.body.error.code]).toEqual([422, 'invalid_field']);
    const captured = await end(agent, 'capture', { authorization_id, amount: '0.30' }, 1);
    expect(captured).toMatchObject({ status: 200, body: { status: 'captured', amount: '0.30' } });
    const again = await end(agent, 'capture', { authorization_id });
    expect([again.status, again.body.error]).toMatchObject([
      409,
      { code: 'authorization_ended', details: { status: 'captured' } },
    ]);
    expect((await end(agent, 'release', { authorization_id })).status).toBe(409);
    await paid(agent, '0.70');
    await until(async () => {
      const { spent, reserved, allotted } = await standing(keyOf(agent));
      return spent === 300_000 && reserved === 700_000 && allotted === 0;
    });
  });

  it('release an authorization for others', async () => {
    const agent = await capped('releaser', 1_000_000);
    const authorization_id = await paid(agent, '1.00');
    expect((await end(agent, 'release', { authorization_id }, 1)).status).toBe(200);
    await paid(agent, '1.00', 1);
  });

  it('show an authorization to nobody but its agent', async () => {
    const agent = await capped('owner', 1_000_000);
    const other = await capped('other', 1_000_000);
    const authorization_id = await paid(agent, '0.10');
    expect((await end(other, 'capture', { authorization_id })).status).toBe(404);
    const unknown = `auth_${'a'.repeat(20)}`;
    expect((await end(agent, 'capture', { authorization_id: unknown })).status).toBe(404);
  });

  it('answer the same request once, whichever gateway gets it again', async () => {
    const agent = await capped('repeater', 1_000_000);
    const send = async (at: number) => {
      const url = `${mesh.gateways[at]?.url}/v1/budget/authorize`;
      const headers = {
        'x-api-key': agent.key,
        'content-type': 'application/json',
        'idempotency-key': 'once',
      };
      const response = await fetch(url, {
        method: 'POST',
        headers,
        body: '{"amount":"0.60","currency":"usd"}',
      });
      return (await response.json()) as { authorization_id: string };
    };
    const first = await send(0);
    expect(await send(1)).toEqual(first);
    expect((await standing(keyOf(agent))).reserved).toBe(600_000);
  });

  it.each([
    [{ amount: '-1', currency: 'usd' }, 'invalid_field'],
    [{ amount: '1e9', currency: 'usd' }, 'invalid_field'],
    [{ amount: '99999999999', currency: 'usd' }, 'invalid_field'],
    [{ amount: 1, currency: 'usd' }, 'invalid_field'],
    [{ amount: '0', currency: 'usd' }, 'invalid_field'],
    [{ amount: '0.0000001', currency: 'usd' }, 'invalid_field'],
    [{ amount: '1' }, 'invalid_field'],
    [{ currency: 'usd' }, 'invalid_field'],
    [{ amount: '1', currency: 'USD' }, 'invalid_field'],
    [{ amount: '1', currency: 'usd', expires_in: 0 }, 'invalid_field'],
    [{ amount: '1', currency: 'usd', to: 'me' }, 'invalid_field'],
    [{ amount: '1', currency: 'eur' }, 'unknown_currency'],
  ])('refuse %j with 422 %s', async (body, code) => {
    const agent = bad ?? (bad = await capped('bad', 1_000_000));
    const answer = await pay(agent, body);
    expect([answer.status, answer.body.error.code]).toEqual([422, code]);
  });
  let bad: Client | null = null;

  it('decline the largest amount that can be written, and stay exact', async () => {
    const agent = await capped('huge', 1_000_000_000_000_000);
    await paid(agent, '999999999.999999');
    await paid(agent, '0.000001', 1);
    expect((await pay(agent, { amount: '0.000001', currency: 'usd' })).status).toBe(429);
  });

  it('take the amount of an x402 challenge in usdc, and no asset that they do not know', async () => {
    const agent = await mesh.agent('x402');
    await set(keyOf(agent, { currency: Currency.parse('usdc') }), 1_000_000);
    const challenge = {
      ...{ scheme: 'exact', network: 'base', maxAmountRequired: '10000', mimeType: 'text/html' },
      asset: '0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913',
      payTo: '0x209693Bc6afc0C5328bA36FaF03C514EF312287C',
      resource: 'https://api.example.com/weather',
    };
    const answer = await pay(agent, { challenge });
    expect(answer).toMatchObject({ status: 200, body: { amount: '0.01', currency: 'usdc' } });
    const other = await pay(agent, { challenge: { ...challenge, asset: '0xother' } });
    expect([other.status, other.body.error.code]).toEqual([422, 'unknown_currency']);
  });

  it('block a guarded act above the cap, warn near it, and forbid nothing without a cap', async () => {
    const free = await mesh.agent('free');
    expect((await guard(free, 1000)).body).toEqual({ action: 'allow' });
    const agent = await capped('guarded', 1_000_000);
    expect((await guard(agent, 0.5)).body).toEqual({ action: 'allow' });
    const near = await guard(agent, 0.4, 1);
    expect(near.body).toMatchObject({ action: 'warn', reason: 'budget_warning' });
    expect(near.headers.get('x-estop-budget-warning')).toContain('of 1.00 usd/total');
    expect((await guard(agent, 0.2)).body).toMatchObject({
      ...{ action: 'block', reason: 'budget_exceeded' },
      cap: { scope: agent.address, cap: '1.00' },
    });
    await until(async () => (await standing(keyOf(agent))).spent === 900_000);
  });

  it('are in the activity log with what they declined, and in the metrics of the gateway', async () => {
    const agent = await capped('declined', 1_000_000);
    await guard(agent, 0.25);
    await guard(agent, 5);
    await pay(agent, { amount: '7', currency: 'usd' });
    await pay(agent, { amount: 'x', currency: 'usd' });
    const codec = eventCodec<ActivityEvent>(activityEvents);
    const store = mesh.nats.eventStore(streams.activity.name, codec);
    const counted = async () =>
      (await store.read('activity.us-east.acme.production.declined')).flatMap(({ decoded }) =>
        decoded.known && decoded.event.type === 'DecisionsCounted'
          ? decoded.event.data.decisions
          : [],
      );
    await until(async () => (await counted()).length === 3);
    const all = (await counted()).toSorted((a, b) => `${a.subject}`.localeCompare(`${b.subject}`));
    expect(all).toMatchObject([
      { subject: 'budget.authorize', refusedBy: 'budget_exceeded', count: 1 },
      { subject: 'search', refusedBy: null, costMicroUsd: 250_000, count: 1 },
      { subject: 'search', refusedBy: 'budget_exceeded', costMicroUsd: 5_000_000, count: 1 },
    ]);
    const metrics = await (await fetch(`${mesh.gateways[0]?.url}/metrics`)).text();
    expect(metrics).toMatch(/estop_budget_reservations_total\{outcome="exceeded",.*\} \d/);
    expect(metrics).toMatch(/estop_budgets_open\{.*\} \d/);
  });

  it('count an act under every cap that covers it', async () => {
    const agent = await capped('covered', 5_000_000);
    const key = keyOf(agent, { scope: { namespace: 'acme/production' as never }, per: 'day' });
    await set(key, 1_000_000);
    await paid(agent, '0.90');
    const refused = await pay(agent, { amount: '0.20', currency: 'usd' });
    expect(refused.body.error.details).toMatchObject({ scope: 'ns:acme/production', per: 'day' });
    expect((await standing(keyOf(agent))).reserved).toBe(900_000);
    await mesh.say({ type: 'BudgetRemoved', data: { ...key, org: ORG } }, budgetSubject(key));
    await paid(agent, '0.20');
  });

  it('let no stopped agent pay, and take from it how what it paid before has ended', async () => {
    const agent = await capped('stopped', 1_000_000);
    const authorization_id = await paid(agent, '0.10');
    const before = await paid(agent, '0.20');
    await mesh.order('halt', { agent: agent.address });
    expect((await pay(agent, { amount: '0.10', currency: 'usd' })).status).toBe(403);
    expect((await end(agent, 'capture', { authorization_id: before })).status).toBe(200);
    expect((await end(agent, 'release', { authorization_id })).status).toBe(200);
  });
});
