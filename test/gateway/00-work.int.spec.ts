import { until } from '#testing';
import { intentBody, TestMesh, type Client } from './test-mesh.js';

describe('work through a gateway', () => {
  let mesh: TestMesh;
  let billing: Client;
  let mailer: Client;
  beforeAll(async () => {
    mesh = await TestMesh.start(2);
    billing = await mesh.agent('billing');
    mailer = await mesh.agent('mailer');
  });
  afterAll(() => mesh?.stop());

  it('is accepted, told as a story, delivered, answered and told to reply_to', async () => {
    const id = await mesh.send(billing, mailer.address, { reply_to: billing.address });
    const got = await mesh.call(billing, `GET /v1/intents/${id}`, undefined, 1);
    expect(got.body).toMatchObject({
      ok: true,
      intent: {
        intent_id: id,
        status: 'SUBMITTED',
        from_agent: billing.address,
        payload: { batch: 1 },
      },
    });
    const stream = await mesh.listen(mailer, '', 1);
    const frame = await until(() => stream.events('intent.delivered')[0]);
    expect(frame.data).toMatchObject({
      intent_id: id,
      status: 'DELIVERED',
      intent_type: 'email.send.v1',
      from_agent: billing.address,
      delivery_attempt: 1,
      payload: { batch: 1 },
    });
    expect(frame.id).toBe(String(frame.data.seq));
    const resumed = await mesh.call(mailer, `POST /v1/intents/${id}/resume`, { sent: 100 });
    expect(resumed.body).toMatchObject({
      ok: true,
      applied: true,
      intent: { status: 'COMPLETED' },
    });
    const events = await mesh.call(billing, `GET /v1/intents/${id}/events?since=1`, undefined, 1);
    expect(events.body.events.map(({ event_type }) => event_type)).toEqual([
      'intent.submitted',
      'intent.delivered',
      'intent.completed',
    ]);
    const inbox = await mesh.call(billing, 'GET /v1/inbox');
    expect(inbox.body).toMatchObject({
      ok: true,
      threads: [
        {
          thread_id: id,
          status: 'done',
          timeline: [{ event_type: 'intent.completed', details: { result: { sent: 100 } } }],
        },
      ],
    });
    stream.close();
  });

  it('ends once, whoever tries: the sender, the receiver or an operator', async () => {
    const operator = await mesh.operator('operator');
    const bySender = await mesh.send(billing, mailer.address);
    const canceled = await mesh.call(billing, `POST /v1/intents/${bySender}/resolve`, {
      status: 'CANCELED',
      reason: 'no',
    });
    expect(canceled.body).toMatchObject({
      ok: true,
      intent: { status: 'CANCELED' },
      event: {
        intent_id: bySender,
        seq: 3,
        event_type: 'intent.canceled',
        status: 'CANCELED',
        details: { reason: 'no' },
      },
      completion_delivery: { delivered: false, reason: 'reply_to_not_set' },
    });
    const again = await mesh.call(
      mailer,
      `POST /v1/intents/${bySender}/resolve`,
      { status: 'COMPLETED' },
      1,
    );
    expect([again.status, again.body.error.code]).toEqual([409, 'already_ended']);
    const byOperator = await mesh.send(billing, mailer.address, {
      reply_to: 'agent://acme/billing',
    });
    const failed = await mesh.call(operator, `POST /v1/intents/${byOperator}/resolve`, {
      status: 'FAILED',
      error: { code: 'x' },
    });
    expect(failed.body).toMatchObject({
      event: { event_type: 'intent.failed' },
      completion_delivery: {
        delivered: true,
        reply_to: 'agent://acme/billing',
        thread_id: byOperator,
      },
    });
  });

  it('keeps its progress and its open answers', async () => {
    const id = await mesh.send(billing, mailer.address);
    const waiting = await mesh.call(mailer, `POST /v1/intents/${id}/resume`, {
      status: 'WAITING',
    });
    expect(waiting.body).toMatchObject({ intent: { status: 'WAITING' } });
    const saved = await mesh.call(mailer, `PUT /v1/intents/${id}/checkpoint`, {
      data: { done: 3 },
    });
    expect(saved.body).toMatchObject({ ok: true, intent_id: id, status: 'WAITING' });
    const beat = await mesh.call(mailer, 'POST /v1/mesh/heartbeat', {
      metrics: { intents_total: 3, cost_usd: null, unknown: 1 },
      checkpoint: { intent_id: id, data: { done: 4 } },
    });
    expect(beat.body).toMatchObject({
      ok: true,
      health_status: 'healthy',
      checkpoint: { saved: true },
    });
    const policy = await mesh.call(billing, `POST /v1/intents/${id}/policy`, {
      grants_patch: { a: 1 },
      expected_policy_generation: 0,
    });
    expect(policy.body).toEqual({ ok: true, applied: true, policy_generation: 1 });
    const stale = await mesh.call(billing, `POST /v1/intents/${id}/controls`, {
      controls_patch: {},
      expected_policy_generation: 0,
    });
    expect([stale.status, stale.body.error.code]).toEqual([409, 'generation_changed']);
    const got = await mesh.call(mailer, `GET /v1/intents/${id}`);
    expect(got.body).toMatchObject({ intent: { checkpoint: { done: 4 }, policy_generation: 1 } });
    await mesh.call(mailer, `POST /v1/intents/${id}/resume`, {});
  });

  it('is shared by the instances of an agent, each intent once', async () => {
    const pool = await mesh.agent('pool');
    const instances = [await mesh.listen(pool, '', 0), await mesh.listen(pool, '', 1)];
    const sent = await Promise.all(
      Array.from({ length: 20 }, () => mesh.send(billing, pool.address)),
    );
    const all = () =>
      instances.flatMap((it) => it.events('intent.delivered').map(({ data }) => data.intent_id));
    await until(() => all().length === 20);
    expect([...all()].sort()).toEqual([...sent].sort());
    expect(instances.every((it) => it.frames.length > 0)).toBe(true);
    instances.forEach((it) => it.close());
  });

  it('ends a waiting stream after its first batch, or tells that nothing came', async () => {
    const reader = await mesh.agent('reader');
    await mesh.send(billing, reader.address);
    const first = await mesh.listen(reader, '?wait_seconds=20');
    await until(() => first.ended);
    expect(first.frames.map(({ event }) => event)).toEqual(['intent.delivered']);
    const second = await mesh.listen(reader, '?wait_seconds=1&since=0');
    await until(() => second.ended);
    expect(second.frames).toEqual([{ event: 'stream.timeout', id: null, data: {} }]);
  });

  it('streams the story of an intent to its end', async () => {
    const id = await mesh.send(billing, mailer.address);
    const story = await mesh.stream(
      billing,
      `/v1/intents/${id}/events/stream?since=1&wait_seconds=30`,
      1,
    );
    await until(() => story.frames.length === 1);
    await mesh.call(billing, `POST /v1/intents/${id}/resolve`, {
      status: 'COMPLETED',
      result: { a: 1 },
    });
    await until(() => story.ended);
    expect(story.frames.map(({ event, id: seq }) => [event, seq])).toEqual([
      ['intent.submitted', '2'],
      ['intent.completed', '3'],
    ]);
  });

  it('times out at its deadline', async () => {
    const deadline_at = new Date(Date.now() + 150).toISOString();
    const id = await mesh.send(billing, mailer.address, { deadline_at, reply_to: billing.address });
    const story = await mesh.stream(billing, `/v1/intents/${id}/events/stream`);
    await until(() => story.ended);
    expect(story.frames.at(-1)?.event).toBe('intent.timed_out');
  });

  it('does not exist for others, of this org or another', async () => {
    const stranger = await mesh.agent('stranger');
    const rival = await mesh.agent('rival', 'rival');
    const id = await mesh.send(billing, mailer.address);
    for (const client of [stranger, rival]) {
      const got = await mesh.call(client, `GET /v1/intents/${id}`);
      expect([got.status, got.body.error.code]).toEqual([404, 'not_found']);
    }
    const across = await mesh.call(rival, 'POST /v1/intents', intentBody(mailer.address));
    expect(across.status).toBe(404);
    const stream = await mesh.listen({ ...rival, address: mailer.address });
    expect(stream.status).toBe(404);
  });
});
