import {
  activityEvents,
  eventCodec,
  partsOf,
  streams,
  type ActivityEvent,
  type DecisionCount,
} from '#contracts';
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

  it('what a child costs counts in every session above it, guarded or paid', async () => {
    const top = await begin({ limits: { max_cost: '0.10' } });
    const middle = await begin({ parent_session_id: top });
    const child = await begin({ parent_session_id: middle, limits: { max_cost: '5.00' } });
    const pay = (amount: string, at: number): Promise<Answer> =>
      mesh.call(
        agent,
        'POST /v1/budget/authorize',
        { amount, currency: 'usd', session_id: child },
        at,
      );
    expect((await guard(child, 0, { cost_usd: 0.06 })).body).toMatchObject({ action: 'allow' });
    await until(async () => (await pay('0.04', 1)).status === 200);
    const declined = await pay('0.000001', 0);
    expect([declined.status, declined.body.error]).toMatchObject([
      429,
      { code: 'budget_exceeded', details: { scope: `session:${top}`, cap: '0.10' } },
    ]);
    // Less than a millionth is a millionth: never nothing.
    expect((await guard(middle, 1, { cost_usd: 1e-9 })).body).toMatchObject({
      ...{ action: 'block', reason: 'budget_exceeded' },
      cap: { scope: `session:${top}` },
    });
  });

  it('an intent in a child is an action of the sessions above it, however deep', async () => {
    const top = await begin({ limits: { max_actions: 2 } });
    let deepest = top;
    for (let depth = 1; depth <= 16; depth += 1)
      deepest = await begin({ parent_session_id: deepest, limits: { max_actions: 100 } });
    expect(
      (await mesh.call(agent, 'POST /v1/sessions', { parent_session_id: deepest })).status,
    ).toBe(422);
    expect(await send(deepest, 0)).toMatchObject({ status: 200 });
    await until(async () => field(await guard(deepest, 1), 'action') === 'allow');
    const refused = await send(deepest, 0);
    expect([refused.status, refused.body.error.details]).toMatchObject([
      429,
      { scope: `session:${top}` },
    ]);
  });

  it('what a session refuses is counted as refused, and not as let in', async () => {
    const eager = await mesh.agent('eager');
    const quiet = await mesh.agent('quiet');
    const begun = await mesh.call(eager, 'POST /v1/sessions', { limits: { max_actions: 0 } });
    const session_id = field<string>(begun, 'session_id');
    const asked = { tool: 'mail.send', cost_usd: 0.5 };
    await mesh.call(eager, 'POST /v1/guard', { ...asked, session_id });
    await mesh.call(eager, 'POST /v1/guard', { ...asked, session_id: 'none such' });
    await mesh.call(eager, 'POST /v1/guard', asked);
    await mesh.call(eager, 'POST /v1/intents', intentBody(quiet.address, { session_id }));
    await mesh.call(eager, `POST /v1/sessions/${session_id}/complete`, {});
    await mesh.call(eager, 'POST /v1/guard', { ...asked, session_id });
    const acts = async (): Promise<DecisionCount[]> =>
      (await decisions(eager)).filter(({ act }) => act !== 'intent.read');
    await until(async () => (await acts()).length === 5);
    const seen = (await acts()).map(({ act, refusedBy, count }) => `${count} ${act} ${refusedBy}`);
    expect(seen.toSorted()).toEqual([
      '1 guard budget_exceeded',
      '1 guard not_found',
      '1 guard null',
      '1 guard session_ended',
      '1 intent.send budget_exceeded',
    ]);
    expect(await decisions(quiet)).toEqual([]);
  });

  const decisions = async ({ address }: Client): Promise<DecisionCount[]> => {
    const codec = eventCodec<ActivityEvent>(activityEvents);
    const store = mesh.nats.eventStore(streams.activity.name, codec);
    const { org, workspace, name } = partsOf(address);
    const stored = await store.read(`activity.us-east.${org}.${workspace}.${name}`);
    const events = stored.map(({ decoded }) => (decoded.known ? decoded.event : null));
    return events.flatMap((event) =>
      event?.type === 'DecisionsCounted' ? event.data.decisions : [],
    );
  };

  it('a session without limits of its own costs the ledger nothing', async () => {
    const id = await begin({});
    for (const at of [0, 1]) expect((await guard(id, at)).body).toMatchObject({ action: 'allow' });
    expect(await send(id, 0)).toMatchObject({ status: 200 });
  });
});
