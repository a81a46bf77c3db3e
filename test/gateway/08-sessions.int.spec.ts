import { randomUUID } from 'node:crypto';
import { controlSubject, type Namespace, type SessionId } from '#contracts';
import { until } from '#testing';
import { intentBody, TestMesh, type Answer, type Client } from './test-mesh.js';

const idOf = ({ body }: Answer): SessionId =>
  (body as unknown as { session_id: SessionId }).session_id;
const field = <T>({ body }: Answer, name: string): T =>
  (body as unknown as Record<string, T>)[name] as T;

describe('sessions', () => {
  let mesh: TestMesh;
  let agent: Client;
  let helper: Client;
  let stranger: Client;
  let operator: Client;
  let viewer: Client;
  beforeAll(async () => {
    mesh = await TestMesh.start(2);
    agent = await mesh.agent('researcher');
    helper = await mesh.agent('helper');
    stranger = await mesh.agent('stranger', 'globex');
    operator = await mesh.operator('operator');
    viewer = await mesh.operator('viewer');
  });
  afterAll(() => mesh?.stop());

  const begin = async (body: object = {}, by: Client = agent, at = 0): Promise<SessionId> => {
    const answer = await mesh.call(by, 'POST /v1/sessions', body, at);
    expect(answer).toMatchObject({ status: 200, body: { ok: true, status: 'ACTIVE' } });
    return idOf(answer);
  };
  const kill = (sessionId: SessionId, reason: string | null = 'wrong account') =>
    mesh.say(
      {
        type: 'SessionKilled',
        data: { sessionId, namespace: 'acme/production' as Namespace, reason },
      },
      controlSubject('acme', 'production', 'session', sessionId),
    );
  const guard = (id: string, at = 0, by: Client = agent): Promise<Answer> =>
    mesh.call(by, 'POST /v1/guard', { tool: 'mail.send', session_id: id }, at);
  const send = (id: string, at = 0): Promise<Answer> =>
    mesh.call(agent, 'POST /v1/intents', intentBody(helper.address, { session_id: id }), at);
  const say = (id: string, content: unknown, at = 0, by: Client = agent): Promise<Answer> =>
    mesh.call(by, `POST /v1/sessions/${id}/messages`, { role: 'assistant', content }, at);
  const show = async (id: string, at = 0, by: Client = agent) =>
    field<Record<string, unknown>>(
      await mesh.call(by, `GET /v1/sessions/${id}`, undefined, at),
      'session',
    );

  it('are seen by every gateway at once, and last eight hours by default', async () => {
    const id = await begin({ type: 'research', project_id: 'q3', metadata: { team: 'crm' } });
    const session = await show(id, 1);
    expect(session).toMatchObject({
      session_id: id,
      status: 'ACTIVE',
      type: 'research',
      project_id: 'q3',
      metadata: { team: 'crm' },
      owner_agent: agent.address,
      limits: { max_duration: 28_800, max_actions: null, max_cost: null },
    });
    const lastsMs =
      Date.parse(session['expires_at'] as string) - Date.parse(session['created_at'] as string);
    expect(lastsMs).toBe(28_800_000);
  });

  it('number their messages 1, 2, … over all gateways', async () => {
    const id = await begin();
    const answers = await Promise.all(
      [0, 1, 0, 1, 0, 1].map((at, index) => say(id, { index }, at, index % 2 ? helper : agent)),
    );
    const seqs = answers.map((answer) => field<number>(answer, 'seq'));
    expect(seqs.toSorted()).toEqual([1, 2, 3, 4, 5, 6]);
    const page = await mesh.call(
      agent,
      `GET /v1/sessions/${id}/messages?since=2&limit=3`,
      undefined,
      1,
    );
    expect(field<{ seq: number }[]>(page, 'messages').map(({ seq }) => seq)).toEqual([3, 4, 5]);
    const past = await mesh.call(agent, `GET /v1/sessions/${id}/messages?since=6`);
    expect(past.body).toMatchObject({ messages: [] });
  });

  it('take acts that name them while they last, and refuse them everywhere once killed', async () => {
    const id = await begin();
    const stream = await mesh.stream(agent, `/v1/sessions/${id}/feed/stream`, 1);
    expect((await guard(id, 1)).body).toMatchObject({ action: 'allow' });
    expect(await send(id, 1)).toMatchObject({ status: 200 });
    await kill(id);
    for (const at of [0, 1]) {
      expect(await guard(id, at)).toMatchObject({
        status: 200,
        body: { action: 'block', reason: 'session_killed' },
      });
      expect(await send(id, at)).toMatchObject({
        status: 403,
        body: { error: { code: 'session_killed', details: { reason: 'wrong account' } } },
      });
      expect(await say(id, 'more', at)).toMatchObject({ status: 403 });
      expect(await show(id, at)).toMatchObject({ status: 'TERMINATED', reason: 'wrong account' });
    }
    await until(() => stream.ended);
    expect(stream.frames).toMatchObject([
      { event: 'session.completed', data: { status: 'TERMINATED', seq: null } },
    ]);
    expect((await guard('')).status).toBe(422);
    expect((await mesh.call(agent, 'POST /v1/guard', { tool: 'mail.send' })).body).toMatchObject({
      action: 'allow',
    });
  });

  it('take along the work that still waits, once killed', async () => {
    const waiter = await mesh.agent('waiter');
    const parent = await begin();
    const child = await begin({ parent_session_id: parent });
    const free = await mesh.send(agent, waiter.address);
    const bound = await mesh.send(agent, waiter.address, { session_id: child });
    await kill(parent);
    const stream = await mesh.listen(waiter, '', 1);
    const statusOf = async (id: string): Promise<unknown> => {
      const { body } = await mesh.call(agent, `GET /v1/intents/${id}`);
      return (body as unknown as { intent: { status: string } }).intent.status;
    };
    await until(async () => (await statusOf(bound)) === 'CANCELED');
    await until(() => stream.events('intent.delivered').length > 0);
    expect(stream.frames.map(({ data }) => data['intent_id'])).toEqual([free]);
    stream.close();
  });

  it('end with a session above them', async () => {
    const parent = await begin();
    const child = await begin({ parent_session_id: parent }, agent, 1);
    const grandchild = await begin({ parent_session_id: child }, helper);
    const children = await mesh.call(
      operator,
      `GET /v1/sessions?parent_session_id=${parent}`,
      undefined,
      1,
    );
    expect(field<{ session_id: string }[]>(children, 'sessions')).toMatchObject([
      { session_id: child },
    ]);
    await kill(parent);
    for (const id of [child, grandchild]) {
      expect((await guard(id, 1)).body).toMatchObject({ reason: 'session_killed' });
      expect(await show(id)).toMatchObject({ status: 'TERMINATED' });
    }
    expect(
      await mesh.call(agent, 'POST /v1/sessions', { parent_session_id: grandchild }),
    ).toMatchObject({ status: 403, body: { error: { code: 'session_killed' } } });
  });

  it('are completed once; nothing follows the end', async () => {
    const id = await begin();
    await say(id, 'one');
    const stream = await mesh.stream(agent, `/v1/sessions/${id}/feed/stream?since=0`, 1);
    const done = await mesh.call(agent, `POST /v1/sessions/${id}/complete`, { result: { n: 1 } });
    expect(done).toMatchObject({ status: 200, body: { ok: true, status: 'COMPLETED' } });
    await until(() => stream.ended);
    expect(stream.frames.map(({ event, id: seq }) => [event, seq])).toEqual([
      ['session.message', '1'],
      ['session.completed', '2'],
    ]);
    for (const at of [0, 1]) {
      await until(async () => field(await guard(id, at), 'reason') === 'session_ended');
      expect(await send(id, at)).toMatchObject({
        status: 409,
        body: { error: { code: 'session_ended' } },
      });
      expect(await say(id, 'two', at)).toMatchObject({ status: 409 });
      expect(await mesh.call(agent, `POST /v1/sessions/${id}/complete`, '', at)).toMatchObject({
        status: 409,
      });
      expect(await show(id, at)).toMatchObject({ status: 'COMPLETED', result: { n: 1 } });
    }
    const feed = await mesh.call(agent, `GET /v1/sessions/${id}/feed?since=1`, undefined, 1);
    expect(feed.body).toMatchObject({
      feed: [{ event_type: 'session.completed', seq: 2, result: { n: 1 } }],
    });
    const late = await mesh.stream(agent, `/v1/sessions/${id}/feed/stream?since=2`);
    await until(() => late.ended);
    expect(late.frames).toEqual([]);
  });

  it('end by their duration, and their children with them', async () => {
    const id = await begin({ limits: { max_duration: 1 } });
    const child = await begin({ parent_session_id: id });
    const stream = await mesh.stream(agent, `/v1/sessions/${child}/feed/stream`);
    for (const one of [id, child]) {
      await until(async () => field(await guard(one, 1), 'reason') === 'session_expired');
      expect(await send(one)).toMatchObject({
        status: 403,
        body: { error: { code: 'session_expired' } },
      });
      expect(await show(one, 1)).toMatchObject({ status: 'EXPIRED' });
    }
    await until(() => stream.ended);
    expect(stream.frames).toMatchObject([{ data: { status: 'EXPIRED' } }]);
  });

  it('are not there for another tenant, and end with wait_seconds for whoever reads to the end', async () => {
    const id = await begin();
    for (const route of [
      `GET /v1/sessions/${id}`,
      `GET /v1/sessions/${id}/messages`,
      `GET /v1/sessions/${id}/feed`,
      `POST /v1/sessions/${id}/complete`,
    ]) {
      expect(await mesh.call(stranger, route)).toMatchObject({ status: 404 });
    }
    expect((await guard(id, 0, stranger)).body).toMatchObject({
      action: 'block',
      reason: 'not_found',
    });
    expect((await guard(randomUUID())).body).toMatchObject({ action: 'block' });
    expect((await guard('no-session')).body).toMatchObject({ action: 'block' });
    const listed = await mesh.call(stranger, 'GET /v1/sessions');
    expect(listed.body).toMatchObject({ ok: true, sessions: [] });
    await say(id, 'hello');
    const stream = await mesh.stream(agent, `/v1/sessions/${id}/feed/stream?wait_seconds=1`);
    await until(() => stream.ended);
    expect(stream.frames).toMatchObject([
      { event: 'session.message', id: '1', data: { content: 'hello', role: 'assistant' } },
    ]);
  });

  it('are listed newest first, page by page: an agent its own, an operator all of its org', async () => {
    const mine = [await begin({}, helper), await begin({}, helper, 1)];
    const first = await mesh.call(helper, 'GET /v1/sessions?limit=1&status=ACTIVE', undefined, 1);
    expect(field<{ session_id: string }[]>(first, 'sessions')).toMatchObject([
      { session_id: mine[1] },
    ]);
    const cursor = field<string>(first, 'next_cursor');
    const second = await mesh.call(helper, `GET /v1/sessions?limit=1&cursor=${cursor}`);
    expect(field<{ session_id: string }[]>(second, 'sessions')).toMatchObject([
      { session_id: mine[0] },
    ]);
    const all = field<{ session_id: string }[]>(
      await mesh.call(viewer, 'GET /v1/sessions?limit=1000'),
      'sessions',
    );
    expect(all.map(({ session_id }) => session_id)).toEqual(expect.arrayContaining(mine));
    expect(await mesh.call(viewer, 'POST /v1/sessions')).toMatchObject({ status: 403 });
    expect(await mesh.call(operator, 'POST /v1/sessions')).toMatchObject({ status: 200 });
  });

  it('name the field of a bad request', async () => {
    const bad: readonly [object, string][] = [
      [{ limits: { max_cost: 10 } }, 'limits.max_cost'],
      [{ limits: { max_cost: '-1' } }, 'limits.max_cost'],
      [{ limits: { max_duration: 0 } }, 'limits.max_duration'],
      [{ limits: { max_actions: 1.5 } }, 'limits.max_actions'],
      [{ limits: { minutes: 5 } }, 'limits'],
      [{ parent_session_id: 'x' }, 'parent_session_id'],
      [{ kind: 'x' }, 'kind'],
    ];
    for (const [body, path] of bad) {
      const answer = await mesh.call(agent, 'POST /v1/sessions', body);
      expect([answer.status, JSON.stringify(answer.body)]).toEqual([
        422,
        expect.stringContaining(path),
      ]);
    }
    const id = await begin();
    expect(await say(id, 'x'.repeat(70_000))).toMatchObject({ status: 413 });
    expect(
      await mesh.call(agent, `POST /v1/sessions/${id}/messages`, { role: 'user' }),
    ).toMatchObject({ status: 422 });
    expect(await send(randomUUID())).toMatchObject({ status: 404 });
  });

  it('stop with their agent', async () => {
    const id = await begin();
    const order = await mesh.order('halt', { agent: agent.address });
    for (const route of ['POST /v1/sessions', `GET /v1/sessions/${id}`, 'GET /v1/sessions']) {
      expect(await mesh.call(agent, route)).toMatchObject({
        status: 403,
        body: { error: { code: 'agent_killed' } },
      });
    }
    await mesh.lift(order);
    expect(await show(id)).toMatchObject({ status: 'ACTIVE' });
  });
});
