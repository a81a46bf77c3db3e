import {
  eventCodec,
  ledgerEvents,
  ledgerSubject,
  streams,
  type LedgerEvent,
  type LedgerFact,
} from '#contracts';
import { record, systemClock, systemIds } from '#platform';
import { claimNatsAccount } from '#testing';
import { ExampleMesh } from '../example/example-mesh.js';

interface Shown {
  readonly changed: boolean;
  readonly budget: Record<string, unknown> | null;
  readonly budgets: Record<string, unknown>[];
  readonly error: { readonly code: string };
}

describe('caps', () => {
  let mesh: ExampleMesh;
  let platform: string;
  let operator: string;
  let rival: string;
  const bot = encodeURIComponent('agent://acme/production/bot');

  beforeAll(async () => {
    mesh = await ExampleMesh.start({ nats: await claimNatsAccount() });
    await mesh.addGateway('near-1', 'near');
    platform = await mesh.key({ roles: ['platform'] });
    operator = await mesh.key({ roles: ['operator'] });
    rival = await mesh.key({ roles: ['admin'], org: 'globex' });
    await mesh.call(platform, 'POST /v1/service-accounts', {
      ...{ org_id: 'acme', workspace_id: 'production', name: 'bot' },
    });
  }, 20_000);
  afterAll(() => mesh?.stop());

  const call = async (route: string, body?: object, key = platform) => {
    const answer = await mesh.call(key, route, body);
    return { status: answer.status, body: answer.body as unknown as Shown };
  };
  const own = `/v1/mesh/agents/${bot}/budget`;

  it('are set for an agent, answer when every gateway has them, and are silent the second time', async () => {
    const cap = { cap: '10.00', currency: 'usd', per: 'day' };
    const first = await call(`PUT ${own}`, cap);
    expect(first).toMatchObject({
      status: 200,
      body: {
        ...{ ok: true, changed: true, dry_run: false, effective: { acked: 1, of: 1 } },
        budget: {
          ...{ scope: 'agent://acme/production/bot', cap: '10.00', spent: '0.00' },
          ...{ remaining: '10.00', alert_pct: [80], stale: false },
        },
      },
    });
    expect((await call(`PUT ${own}`, cap)).body.changed).toBe(false);
  });

  it('change nothing in a dry run', async () => {
    const planned = await call(`PUT ${own}?dry_run=true`, { cap: '3', per: 'day' });
    expect(planned.body).toMatchObject({ changed: true, dry_run: true, budget: { cap: '3.00' } });
    const { body } = await call(`GET ${own}`);
    expect(body.budgets).toMatchObject([{ cap: '10.00' }]);
  });

  it('stand on namespaces and tags too, and are shown with the agents that they cover', async () => {
    const scope = { namespace: 'acme/production' };
    await call('PUT /v1/mesh/budgets', {
      scope,
      cap: '100',
      per: 'month',
      alert_pct: [90, 50, 90],
    });
    const { body } = await call(`GET ${own}`);
    expect(body.budgets).toMatchObject([
      { scope: 'agent://acme/production/bot', per: 'day' },
      { scope: 'ns:acme/production', per: 'month', alert_pct: [50, 90] },
    ]);
    expect((await call('GET /v1/mesh/budgets')).body.budgets).toHaveLength(2);
  });

  it('are topped up for a time, by a reason, which the audit keeps', async () => {
    const more = { amount: '5', per: 'day', reason: 'incident 47', expires_in: 600 };
    const topped = await call(`POST ${own}/top-up`, more);
    expect(topped.body.budget).toMatchObject({
      ...{ cap: '15.00', cap_alone: '10.00', topped_up: '5.00' },
      top_ups: [{ amount: '5.00' }],
    });
    const [event] = (
      await mesh.store.read('control.acme.production.budget.agent.bot.usd-day')
    ).slice(-1);
    expect(event?.decoded).toMatchObject({
      event: { type: 'BudgetToppedUp', reason: 'incident 47', actor: { kind: 'operator' } },
    });
  });

  it('tell what the ledger says was spent', async () => {
    const key = {
      ...{ scope: { agent: 'agent://acme/production/bot' as never } },
      ...{ currency: 'usd' as never, per: 'day' as const },
    };
    const saying = { gateway: 'near-1' as never, boot: 1 };
    const facts: LedgerFact[] = [
      {
        type: 'CapTaken',
        data: {
          ...key,
          org: 'acme' as never,
          version: 1,
          capMicro: 10_000_000,
          alertPct: [],
          topUps: [],
        },
      },
      {
        type: 'AllotmentAsked',
        data: { ...saying, n: 1, floor: 1, neededMicro: 500_000, wantedMicro: 500_000 },
      },
    ];
    const ledger = mesh.nats.eventStore<LedgerEvent>(streams.ledger.name, eventCodec(ledgerEvents));
    const about = { actor: { kind: 'gateway', id: 'near-1', via: 'mesh' }, org: 'acme' } as const;
    for (const fact of facts) {
      const envelope = { ...about, workspace: 'production', correlationId: 'test' };
      const event = record(fact, envelope, systemClock, systemIds);
      await ledger.append({ subject: ledgerSubject(key), event });
    }
    const { body } = await call(`GET ${own}`);
    expect(body.budgets[0]).toMatchObject({ allotted: '0.50', remaining: '14.50' });
  });

  it('are removed, and removing them again changes nothing', async () => {
    const route = 'DELETE /v1/mesh/budgets?namespace=acme/production&per=month';
    expect((await call(route)).body).toMatchObject({ changed: true, budget: null });
    expect((await call(route)).body).toMatchObject({ changed: false });
    expect((await call(`DELETE ${own}?per=day`)).body).toMatchObject({ changed: true });
    expect((await call(`GET ${own}`)).body.budgets).toEqual([]);
  });

  it.each([
    ['PUT', { cap: '-1', per: 'day' }, 422, 'invalid_field'],
    ['PUT', { cap: '10000000000000', per: 'day' }, 422, 'invalid_field'],
    ['PUT', { cap: 5, per: 'day' }, 422, 'invalid_field'],
    ['PUT', { cap: '5', per: 'week' }, 422, 'invalid_field'],
    ['PUT', { cap: '5' }, 422, 'invalid_field'],
    ['PUT', { cap: '5', per: 'day', currency: '$' }, 422, 'invalid_field'],
    ['PUT', { cap: '5', per: 'day', alert_pct: [101] }, 422, 'invalid_field'],
    ['PUT', { cap: '5', per: 'day', limit: 1 }, 422, 'invalid_field'],
    ['POST', { amount: '5', per: 'hour', reason: 'x', expires_in: 9 }, 404, 'not_found'],
    ['POST', { amount: '5', per: 'day', reason: 'x' }, 422, 'invalid_field'],
    ['POST', { amount: '5', per: 'day', expires_in: 9 }, 422, 'invalid_field'],
    ['POST', { amount: '0', per: 'day', reason: 'x', expires_in: 9 }, 422, 'invalid_field'],
  ])('refuse %s %j with %i %s', async (method, body, status, code) => {
    const answer = await call(`${method} ${own}${method === 'POST' ? '/top-up' : ''}`, body);
    expect([answer.status, answer.body.error.code]).toEqual([status, code]);
  });

  it('are seen and set by those alone who may', async () => {
    const cap = { cap: '1', per: 'day' };
    expect((await call(`PUT ${own}`, cap, operator)).status).toBe(403);
    expect((await call(`PUT ${own}`, cap, rival)).status).toBe(404);
    expect((await call(`GET ${own}`, undefined, rival)).status).toBe(404);
    expect(
      (await call('PUT /v1/mesh/budgets', { scope: { org: 'acme' }, ...cap }, rival)).status,
    ).toBe(404);
    const unknown = { scope: { agent: 'agent://acme/production/nobody' }, ...cap };
    expect((await call('PUT /v1/mesh/budgets', unknown)).status).toBe(404);
    expect((await call('DELETE /v1/mesh/budgets?per=day')).status).toBe(422);
  });

  it('are topped up for a week at most, however that is written', async () => {
    await call(`PUT ${own}`, { cap: '5', per: 'day' });
    const more = { amount: '5', per: 'day', reason: 'x', until: '2999-01-01T00:00:00.000Z' };
    const answer = await call(`POST ${own}/top-up`, more);
    expect([answer.status, answer.body.error.code]).toEqual([422, 'invalid_field']);
  });

  it('are listed for a key of one workspace as far as it reaches', async () => {
    await call('PUT /v1/mesh/budgets', { scope: { org: 'acme' }, cap: '500', per: 'month' });
    await call(`PUT ${own}`, { cap: '5', per: 'day' });
    const scopes = async (key: string) =>
      (await call('GET /v1/mesh/budgets', undefined, key)).body.budgets.map(({ scope }) => scope);
    const narrow = await mesh.key({ roles: ['platform'], workspaceOnly: true });
    expect(await scopes(platform)).toContain('org:acme');
    expect(await scopes(narrow)).toContain('agent://acme/production/bot');
    expect(await scopes(narrow)).not.toContain('org:acme');
    expect((await call('GET /v1/mesh/budgets?org_id=acme', undefined, rival)).status).toBe(404);
  });
});
