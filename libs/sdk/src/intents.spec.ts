import { FakeFetch, jsonAnswer, problemAnswer, sseAnswer, type FakeAnswer } from '#testing';
import { Estop } from './estop.js';

const frame = (seq: number, status: string) =>
  `id: ${seq}\nevent: intent.${status.toLowerCase()}\ndata: ${JSON.stringify({ seq, status })}\n\n`;

const setUp = (answer: FakeAnswer) => {
  const server = new FakeFetch(answer);
  const estop = new Estop({
    baseUrls: ['http://a.test', 'http://b.test'],
    apiKey: 'estop_sa_x',
    fetch: server.fetch,
    random: () => 0,
    sleep: async () => undefined,
    newKey: () => '00000000-0000-4000-8000-000000000001',
  });
  return { estop, server };
};

const taken = async <T>(items: AsyncIterable<T>, count: number): Promise<T[]> => {
  const all: T[] = [];
  for await (const item of items) if (all.push(item) === count) break;
  return all;
};

describe('intents.observe', () => {
  it('goes on after the last event it saw, and ends at the end', async () => {
    const streams = [
      sseAnswer(frame(1, 'CREATED') + frame(2, 'SUBMITTED')),
      sseAnswer(frame(3, 'COMPLETED')),
    ];
    const { estop, server } = setUp(() => streams.shift() as Response);
    const events = await taken(estop.intents.observe('i-1'), 9);
    expect(events.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(server.seen.map(({ query }) => query.since)).toEqual(['0', '2']);
  });

  it('ends with a refusal', async () => {
    const { estop } = setUp(() => problemAnswer(404, 'not_found'));
    await expect(taken(estop.intents.observe('i-1'), 1)).rejects.toMatchObject({ status: 404 });
  });
});

describe('intents.listen', () => {
  const agent = 'agent://acme/production/billing';
  const work = (seq: number) => sseAnswer(': hello\n\n', frame(seq, 'DELIVERED'));

  it('asks the next gateway when a stream breaks', async () => {
    const answers = [() => work(1), () => problemAnswer(503, 'gateway_fenced'), () => work(2)];
    const { estop, server } = setUp(() => (answers.shift() as () => Response)());
    expect((await taken(estop.intents.listen(agent), 2)).map(({ seq }) => seq)).toEqual([1, 2]);
    expect(server.seen.map(({ origin, query }) => `${origin} ${query.since}`)).toEqual([
      'http://a.test 0',
      'http://a.test 1',
      'http://b.test 1',
    ]);
    expect(server.seen[0]?.path).toBe('/v1/agents/acme/production/billing/intents/stream');
  });

  it('throws the stop that holds the agent', async () => {
    const { estop } = setUp(() => problemAnswer(403, 'agent_killed', { order_id: 'stop_a' }));
    await expect(taken(estop.intents.listen(agent), 1)).rejects.toMatchObject({
      order_id: 'stop_a',
    });
  });

  it('waits for the lift where it is told to', async () => {
    const answers = [
      () => problemAnswer(403, 'agent_killed', { order_id: 'stop_a' }),
      () => work(1),
    ];
    const { estop } = setUp(() => (answers.shift() as () => Response)());
    const stops: string[] = [];
    const onStopped = (stop: { order_id: string }) => void stops.push(stop.order_id);
    expect(await taken(estop.intents.listen(agent, { onStopped }), 1)).toHaveLength(1);
    expect(stops).toEqual(['stop_a']);
  });

  it('takes shared work from a queue', async () => {
    const { estop, server } = setUp(() => work(1));
    await taken(estop.intents.listen('queue://acme/production/mail'), 1);
    expect(server.seen[0]?.path).toBe('/v1/queues/acme/production/mail/intents/stream');
  });
});

describe('intents.send', () => {
  it('makes a correlation id where none is given', async () => {
    const { estop, server } = setUp(() => jsonAnswer({ ok: true }));
    await estop.intents.send({ intent_type: 'email.send.v1', to_agent: agentName, payload: {} });
    expect(server.seen[0]?.body).toEqual({
      intent_type: 'email.send.v1',
      to_agent: agentName,
      payload: {},
      correlation_id: '00000000-0000-4000-8000-000000000001',
    });
  });
  const agentName = 'agent://acme/production/email';
});

describe('mesh', () => {
  it('puts an address into the path URL-encoded', async () => {
    const { estop, server } = setUp(() => jsonAnswer({ ok: true }));
    await estop.mesh.kill('agent://acme/production/email');
    expect(server.seen[0]).toMatchObject({
      method: 'POST',
      path: '/v1/mesh/agents/agent://acme/production/email/kill',
      body: {},
    });
  });

  it('resumes its stream after the last sequence', async () => {
    const streams = [
      sseAnswer('id: 7\nevent: StopOrdered\ndata: {}\n\n'),
      sseAnswer('id: 9\nevent: x\ndata: {}\n\n'),
    ];
    const { estop, server } = setUp(() => streams.shift() as Response);
    const events = await taken(estop.mesh.stream({ lastEventId: '5' }), 2);
    expect(events.map(({ id }) => id)).toEqual(['7', '9']);
    expect(server.seen.map(({ headers }) => headers['last-event-id'])).toEqual(['5', '7']);
  });
});
