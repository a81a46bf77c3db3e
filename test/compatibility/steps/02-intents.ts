import { address, anIntent, time, uuid, type World } from '../world.js';

const create = async (
  world: World,
  to: string,
  more: Record<string, unknown> = {},
): Promise<string> => {
  const { status, body } = await world.agent('sender').post('/v1/intents', anIntent(to, more));
  expect([status, body]).toEqual([200, expect.objectContaining({ ok: true, intent_id: uuid })]);
  return body.intent_id as string;
};

export const intentSteps = (world: World): void => {
  it('an intent is created; the sender is the key, whatever the body says', async () => {
    const { status, body } = await world
      .agent('sender')
      .post(
        '/v1/intents',
        anIntent('agent://conformance/receiver', { from_agent: 'agent://conformance/liar' }),
      );
    expect(status).toBe(200);
    expect(body).toMatchObject({
      ok: true,
      intent_id: uuid,
      status: text('CREATED', 'SUBMITTED', 'DELIVERED'),
      created_at: time,
    });
    const got = await world.as('viewer').get(`/v1/intents/${body.intent_id}`);
    expect(got.body).toMatchObject({
      ok: true,
      intent: {
        intent_id: body.intent_id,
        intent_type: 'notify.message.v1',
        from_agent: address('sender'),
        to_agent: address('receiver'),
        payload: { text: 'hello' },
        created_at: time,
        updated_at: time,
      },
    });
  });

  it('the same idempotency key gives the first answer again, and another body is 409', async () => {
    const intent = anIntent(address('receiver'));
    const headers = { 'idempotency-key': `check-${crypto.randomUUID()}` };
    const first = await world.agent('sender').post('/v1/intents', intent, headers);
    const second = await world.agent('sender').post('/v1/intents', intent, headers);
    expect([second.status, second.body.intent_id]).toEqual([200, first.body.intent_id]);
    const other = { ...intent, payload: { text: 'other' } };
    expect((await world.agent('sender').post('/v1/intents', other, headers)).status).toBe(409);
  });

  it('its events are numbered from 1, and since passes over the first', async () => {
    const id = await create(world, address('receiver'));
    const all = await world.as('viewer').get(`/v1/intents/${id}/events`);
    expect(all.body.events.slice(0, 2)).toMatchObject([
      { intent_id: id, seq: 1, event_type: 'intent.created', status: 'CREATED', at: time },
      { intent_id: id, seq: 2, event_type: 'intent.submitted', status: 'SUBMITTED', at: time },
    ]);
    const later = await world.as('viewer').get(`/v1/intents/${id}/events?since=1`);
    expect(later.body.events[0].seq).toBe(2);
  });

  it('a stream with wait_seconds ends by itself', async () => {
    const id = await create(world, address('receiver'));
    const path = `/v1/intents/${id}/events/stream?since=1&wait_seconds=1`;
    const { status, events, tookMs } = await world.agent('sender').stream(path);
    expect(status).toBe(200);
    expect(events[0]).toMatchObject({
      event: 'intent.submitted',
      id: '2',
      data: { seq: 2, intent_id: id },
    });
    expect(tookMs).toBeLessThan(5000);
  });

  it('it is resolved once; the stream shows the end and is over', async () => {
    const id = await create(world, address('receiver'));
    const resolved = await world
      .as('operator', 'bearer')
      .post(`/v1/intents/${id}/resolve`, { status: 'COMPLETED', result: { ok: true } });
    expect([resolved.status, resolved.body]).toEqual([
      200,
      expect.objectContaining({
        ok: true,
        intent: expect.objectContaining({ intent_id: id, status: 'COMPLETED' }),
        event: expect.objectContaining({
          intent_id: id,
          event_type: 'intent.completed',
          status: 'COMPLETED',
          at: time,
        }),
        completion_delivery: expect.objectContaining({ delivered: false }),
      }),
    ]);
    const seq = resolved.body.event.seq as number;
    const polled = await world.agent('sender').get(`/v1/intents/${id}/events?since=${seq - 1}`);
    expect(polled.body.events).toMatchObject([
      { event_type: 'intent.completed', status: 'COMPLETED' },
    ]);
    const { events, tookMs } = await world
      .agent('sender')
      .stream(`/v1/intents/${id}/events/stream?since=${seq - 1}&wait_seconds=30`);
    expect(events.map(({ event }) => event)).toEqual(['intent.completed']);
    expect(tookMs).toBeLessThan(5000);
    const again = await world
      .as('operator')
      .post(`/v1/intents/${id}/resolve`, { status: 'CANCELED', reason: 'too late' });
    expect(again.status).toBe(409);
  });

  it('its end is sent to reply_to, as it was written, and stands in that inbox', async () => {
    const replyTo = 'agent://conformance/bystander';
    const id = await create(world, address('receiver'), { reply_to: replyTo });
    const body = { status: 'FAILED', error: { code: 'odd' }, actor: 'actor://conformance/x' };
    const { body: resolved } = await world
      .agent('receiver')
      .post(`/v1/intents/${id}/resolve`, body);
    expect(resolved.completion_delivery).toMatchObject({
      delivered: true,
      reply_to: replyTo,
      thread_id: id,
    });
    const query = `?owner_agent=${encodeURIComponent(replyTo)}`;
    for (const reader of [world.as('operator'), world.agent('bystander')]) {
      const inbox = await reader.get(`/v1/inbox${query}`);
      const thread = inbox.body.threads.find(
        (entry: { thread_id: string }) => entry.thread_id === id,
      );
      expect(thread).toMatchObject({
        intent_id: id,
        status: text('pending', 'active', 'done'),
        owner_agent: address('bystander'),
        from_agent: expect.any(String),
        to_agent: expect.any(String),
        created_at: time,
        updated_at: time,
      });
      expect(thread.timeline[0]).toMatchObject({
        event_id: uuid,
        event_type: expect.any(String),
        actor: expect.any(String),
        at: time,
        details: expect.any(Object),
      });
    }
  });

  it('an empty inbox is an empty list', async () => {
    const { status, body } = await world
      .as('operator')
      .get(`/v1/inbox?owner_agent=${encodeURIComponent('agent://conformance/nobody')}`);
    expect([status, body]).toEqual([200, { ok: true, threads: [] }]);
  });

  it('controls and policy are numbered, and a stale number is 409', async () => {
    const id = await create(world, address('receiver'));
    const first = await world.as('operator').post(`/v1/intents/${id}/controls?owner_agent=x`, {
      controls_patch: { timeout_seconds: 5 },
      actor: 'x',
    });
    expect(first.body).toMatchObject({
      ok: true,
      applied: true,
      policy_generation: expect.any(Number),
    });
    const generation = first.body.policy_generation as number;
    const second = await world.as('operator').post(`/v1/intents/${id}/policy`, {
      grants_patch: { send: true },
      envelope_patch: {},
      reason: 'check',
      expected_policy_generation: generation,
    });
    expect(second.body).toMatchObject({
      ok: true,
      applied: true,
      policy_generation: generation + 1,
    });
    const stale = { grants_patch: {}, expected_policy_generation: generation };
    expect((await world.as('operator').post(`/v1/intents/${id}/policy`, stale)).status).toBe(409);
  });

  it.each([
    ['an unknown field', { colour: 'red' }, 'colour'],
    ['a type that is none', { intent_type: 'Notify' }, 'intent_type'],
    ['a correlation id that is none', { correlation_id: 'x' }, 'correlation_id'],
    ['a payload that is no object', { payload: [1] }, 'payload'],
    ['an address with a wildcard', { to_agent: 'agent://conformance/production/*' }, 'to_agent'],
  ])('%s is 422 and named', async (_what, more, field) => {
    const { status, body } = await world
      .agent('sender')
      .post('/v1/intents', anIntent(address('receiver'), more));
    expect(status).toBe(422);
    expect(JSON.stringify(body)).toContain(field);
  });

  it('an address of another org is refused', async () => {
    const { status } = await world
      .agent('sender')
      .post('/v1/intents', anIntent('agent://second/sandbox/x'));
    expect([403, 404, 422]).toContain(status);
  });
};

const text = (...words: string[]) => expect.stringMatching(new RegExp(`^(${words.join('|')})$`));
