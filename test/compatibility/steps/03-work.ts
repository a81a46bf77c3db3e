import { address, anIntent, ORG, uuid, WORKSPACE, type World } from '../world.js';

const stream = (name: string, since: number): string =>
  `/v1/agents/${ORG}/${WORKSPACE}/${name}/intents/stream?since=${since}&wait_seconds=1`;

export const workSteps = (world: World): void => {
  it('a stream without work says stream.timeout after its time, and ends', async () => {
    const { status, events } = await world.agent('bystander').stream(stream('bystander', 0));
    expect(status).toBe(200);
    expect(events).toEqual([{ event: 'stream.timeout', id: null, data: {} }]);
  });

  it('work comes, is seen as delivered by everybody, and any object completes it', async () => {
    const sent = await world.agent('sender').post('/v1/intents', anIntent(address('bystander')));
    const id = sent.body.intent_id as string;
    const { events } = await world.agent('bystander').stream(stream('bystander', 0));
    const [work] = events;
    expect(work?.event).toMatch(/^intent\./);
    expect(work?.id).toBe(String(work?.data.seq));
    expect(work?.data).toMatchObject({
      intent_id: id,
      seq: expect.any(Number),
      status: 'DELIVERED',
      intent_type: 'notify.message.v1',
      payload: { text: 'hello' },
      from_agent: address('sender'),
      correlation_id: uuid,
      delivery_attempt: 1,
    });
    const seen = await world.agent('bystander').get(`/v1/intents/${id}`);
    expect(seen.body.intent.status).toBe('DELIVERED');
    const answered = await world
      .agent('bystander')
      .post(`/v1/intents/${id}/resume?owner_agent=${encodeURIComponent(address('bystander'))}`, {
        action: 'complete',
        allowed: true,
      });
    expect([answered.status, answered.body]).toEqual([
      200,
      expect.objectContaining({
        ok: true,
        applied: true,
        intent: expect.objectContaining({ intent_id: id, status: 'COMPLETED' }),
        policy_generation: expect.any(Number),
      }),
    ]);
    const next = await world
      .agent('bystander')
      .stream(stream('bystander', work?.data.seq as number));
    expect(next.events.map(({ event }) => event)).toEqual(['stream.timeout']);
  });

  it.each(['failure', 'failed', 'error'])('outcome %s fails it', async (outcome) => {
    const sent = await world.agent('sender').post('/v1/intents', anIntent(address('bystander')));
    const id = sent.body.intent_id as string;
    await world.agent('bystander').stream(stream('bystander', 0));
    const { body } = await world.agent('bystander').post(`/v1/intents/${id}/resume`, { outcome });
    expect(body.intent.status).toBe('FAILED');
  });

  it('status WAITING keeps it open', async () => {
    const sent = await world.agent('sender').post('/v1/intents', anIntent(address('bystander')));
    const id = sent.body.intent_id as string;
    await world.agent('bystander').stream(stream('bystander', 0));
    const path = `/v1/intents/${id}/resume`;
    const waiting = await world.agent('bystander').post(path, { status: 'WAITING' });
    expect(waiting.body.intent.status).toBe('WAITING');
    const done = await world.agent('bystander').post(path, { outcome: 'success' });
    expect(done.body.intent.status).toBe('COMPLETED');
  });

  it('an agent reads no stream but its own', async () => {
    const { status, events } = await world.agent('sender').stream(stream('bystander', 0));
    expect([403, 404]).toContain(status);
    expect(events).toEqual([]);
  });

  it('a heartbeat says healthy, with metrics, with nothing, with nulls', async () => {
    const bodies = [
      undefined,
      {},
      {
        metrics: {
          intents_total: 3,
          intents_succeeded: 3,
          intents_failed: 0,
          avg_latency_ms: 12.5,
          cost_usd: 0.25,
        },
      },
      {
        metrics: {
          intents_total: 1,
          intents_succeeded: 1,
          intents_failed: 0,
          avg_latency_ms: null,
          cost_usd: 0,
          other: 'x',
        },
      },
    ];
    for (const body of bodies) {
      const answer = await world.agent('bystander').post('/v1/mesh/heartbeat', body);
      expect([answer.status, answer.body]).toEqual([
        200,
        expect.objectContaining({ ok: true, health_status: 'healthy' }),
      ]);
    }
  });
};
