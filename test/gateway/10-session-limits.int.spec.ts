import { until } from '#testing';
import { intentBody, TestMesh, type Answer, type Client } from './test-mesh.js';

const field = <T>({ body }: Answer, name: string): T =>
  (body as unknown as Record<string, T>)[name] as T;

describe('the limits of a session', () => {
  let mesh: TestMesh;
  let agent: Client;
  let helper: Client;
  beforeAll(async () => {
    mesh = await TestMesh.start(2);
    agent = await mesh.agent('researcher');
    helper = await mesh.agent('helper');
  });
  afterAll(() => mesh?.stop());

  const begin = async (body: object): Promise<string> =>
    field(await mesh.call(agent, 'POST /v1/sessions', body), 'session_id');
  const guard = (id: string, at: number, more: object = {}): Promise<Answer> =>
    mesh.call(agent, 'POST /v1/guard', { tool: 'mail.send', session_id: id, ...more }, at);
  const send = (id: string, at: number): Promise<Answer> =>
    mesh.call(agent, 'POST /v1/intents', intentBody(helper.address, { session_id: id }), at);

  it('actions are counted over all gateways, guards and intents alike: never one too many', async () => {
    const id = await begin({ limits: { max_actions: 7 } });
    const answers = await Promise.all(
      Array.from({ length: 24 }, (_, index) =>
        index % 3 === 0 ? send(id, index % 2) : guard(id, index % 2),
      ),
    );
    const taken = (answer: Answer): boolean =>
      answer.status === 200 && field(answer, 'action') !== 'block';
    expect(answers.filter(taken).length).toBeLessThanOrEqual(7);
    // What one gateway holds and does not use flows back, so that all of it can be used.
    let used = answers.filter(taken).length;
    await until(async () => {
      if (used < 7) used += taken(await guard(id, used % 2)) ? 1 : 0;
      return used === 7;
    });
    for (const at of [0, 1]) {
      await until(async () => field(await guard(id, at), 'reason') === 'budget_exceeded');
      const refused = await send(id, at);
      expect([refused.status, refused.body.error.code]).toEqual([429, 'budget_exceeded']);
    }
  });

  it('a session of no actions allows none', async () => {
    const id = await begin({ limits: { max_actions: 0 } });
    expect((await guard(id, 0)).body).toMatchObject({
      action: 'block',
      reason: 'budget_exceeded',
    });
    expect(await send(id, 1)).toMatchObject({ status: 429 });
  });

  it('the cent above its cost is declined', async () => {
    const id = await begin({ limits: { max_cost: '0.10' } });
    expect((await guard(id, 0, { cost_usd: 0.1 })).body).toMatchObject({
      action: expect.stringMatching(/allow|warn/),
    });
    await until(
      async () =>
        field(await guard(id, 1, { cost_usd: 0.000_001 }), 'reason') === 'budget_exceeded',
    );
    // What costs nothing goes on.
    expect((await guard(id, 1)).body).toMatchObject({ action: 'allow' });
  });

  it('what is done in a child counts in the session above it', async () => {
    const parent = await begin({ limits: { max_actions: 2 } });
    const child = await begin({ parent_session_id: parent, limits: { max_actions: 100 } });
    expect((await guard(child, 0)).body).toMatchObject({ action: 'allow' });
    expect((await guard(parent, 0)).body).toMatchObject({ action: 'allow' });
    await until(async () => field(await guard(child, 0), 'reason') === 'budget_exceeded');
    await until(async () => field(await guard(parent, 1), 'reason') === 'budget_exceeded');
  });

  it('a session without limits of its own costs the ledger nothing', async () => {
    const id = await begin({});
    for (const at of [0, 1]) expect((await guard(id, at)).body).toMatchObject({ action: 'allow' });
    expect(await send(id, 0)).toMatchObject({ status: 200 });
  });
});
