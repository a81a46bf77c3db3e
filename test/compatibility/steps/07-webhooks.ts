import { until } from '#testing';
import { address, text, time, uuid, type World } from '../world.js';

/** Webhooks, by a client that was written from the description of the API alone. */
export const webhookSteps = (world: World): void => {
  const path = '/v1/webhooks/subscriptions';
  let id = '';

  it('a subscription is created, and answered without its secret', async () => {
    const { status, body } = await world.as('operator').post(path, {
      callback_url: 'https://hooks.example.com/axme',
      event_types: ['inbox.thread_created', 'inbox.delivered', 'intent.completed'],
      secret: 'a-shared-secret-of-32-characters',
      description: 'compatibility',
      active: true,
      owner_agent: address('receiver'),
    });
    expect([status, body.ok]).toEqual([200, true]);
    expect(body.subscription).toMatchObject({
      subscription_id: uuid,
      owner_agent: address('receiver'),
      callback_url: 'https://hooks.example.com/axme',
      event_types: ['inbox.thread_created', 'inbox.delivered', 'intent.completed'],
      active: true,
      description: 'compatibility',
      created_at: time,
      updated_at: time,
      revoked_at: null,
      secret_hint: text,
    });
    expect(JSON.stringify(body)).not.toContain('a-shared-secret');
    id = body.subscription.subscription_id as string;
  });

  it('subscriptions are listed through every gateway, and by their owner', async () => {
    const ids = async (query: string): Promise<string[]> => {
      const { body } = await world.as('operator').get(`${path}${query}`);
      return body.subscriptions.map((one: { subscription_id: string }) => one.subscription_id);
    };
    for (const _gateway of world.gateways) expect(await ids('')).toEqual([id]);
    expect(await ids(`?owner_agent=${encodeURIComponent(address('receiver'))}`)).toEqual([id]);
    expect(await ids(`?owner_agent=${encodeURIComponent(address('nobody'))}`)).toEqual([]);
  });

  it('an event is accepted and counted, and replayed', async () => {
    const event = { event_type: 'inbox.thread_created', source: 'gateway', payload: { a: 1 } };
    const published = await until(
      async () => {
        const answer = await world.as('operator').post('/v1/webhooks/events', event);
        return answer.status === 200 && answer.body;
      },
      // Nobody waits for the notifier at the start of a mesh.
      { timeoutMs: 20_000 },
    );
    const counts = {
      queued_deliveries: 1,
      processed_deliveries: 0,
      delivered: 0,
      pending: 1,
      dead_lettered: 0,
    };
    expect(published).toMatchObject({
      ...{ ok: true, accepted_at: time, event_id: uuid, event_type: 'inbox.thread_created' },
      ...{ source: 'gateway', owner_agent: null, ...counts },
    });
    const { status, body } = await world
      .as('operator')
      .post(`/v1/webhooks/events/${published.event_id as string}/replay`);
    expect([status, body]).toMatchObject([
      200,
      { ok: true, event_id: published.event_id, replayed_at: time, ...counts },
    ]);
  });

  it('it is deleted with an empty body that is called JSON, twice', async () => {
    for (const _time of [1, 2]) {
      const { status, body } = await world.as('operator').delete(`${path}/${id}`);
      expect([status, body]).toEqual([200, { ok: true, subscription_id: id, revoked_at: time }]);
    }
    const { body } = await world.as('operator').get(path);
    expect(body.subscriptions).toEqual([]);
  });
};
