import { FakeFetch, jsonAnswer, problemAnswer, type FakeAnswer } from '#testing';
import { AgentStoppedError, EstopError } from './errors.js';
import { Transport, type TransportOptions } from './transport.js';

const A = 'http://a.test:4600';
const B = 'http://b.test:4600';

const setUp = (answer: FakeAnswer, options: Partial<TransportOptions> = {}) => {
  const server = new FakeFetch(answer);
  const waits: number[] = [];
  let keys = 0;
  const transport = new Transport({
    baseUrl: A,
    apiKey: 'estop_op_x',
    fetch: server.fetch,
    random: () => 0.5,
    sleep: async (ms) => void waits.push(ms),
    newKey: () => `key-${(keys += 1)}`,
    ...options,
  });
  return { transport, server, waits };
};

const get = { method: 'GET', path: '/v1/mesh/gateways' } as const;
const post = { method: 'POST', path: '/v1/mesh/stops', body: { mode: 'halt' } } as const;
const refused = (): never => {
  throw new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') });
};
const failure = async (promise: Promise<unknown>): Promise<EstopError> => {
  const error: unknown = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof EstopError)) throw error;
  return error;
};

describe('Transport', () => {
  it('sends the key, and JSON only where there is a body', async () => {
    const { transport, server } = setUp(() => jsonAnswer({ ok: true }));
    await transport.send(get);
    await transport.send(post);
    expect(server.seen.map(({ headers }) => headers)).toEqual([
      { 'x-api-key': 'estop_op_x', accept: 'application/json' },
      {
        'x-api-key': 'estop_op_x',
        accept: 'application/json',
        'content-type': 'application/json',
        'idempotency-key': 'key-1',
      },
    ]);
  });

  it('leaves out query values that are undefined', async () => {
    const { transport, server } = setUp(() => jsonAnswer({}));
    await transport.send({ ...get, query: { limit: 5, health: undefined } });
    expect(server.seen[0]?.query).toEqual({ limit: '5' });
  });

  it('repeats with one idempotency key after 503, and waits with jitter', async () => {
    const answers = [
      problemAnswer(503, 'gateway_fenced'),
      problemAnswer(503, 'gateway_fenced'),
      jsonAnswer({ ok: 1 }),
    ];
    const { transport, server, waits } = setUp(() => answers.shift() as Response);
    expect(await transport.send(post)).toEqual({ ok: 1 });
    expect(server.seen.map(({ headers }) => headers['idempotency-key'])).toEqual([
      'key-1',
      'key-1',
      'key-1',
    ]);
    expect(waits).toEqual([75, 150]);
  });

  it('waits as long as the answer asks, and never longer than its limit', async () => {
    const answers = ['1', '3600'].map((after) =>
      problemAnswer(503, 'log_unavailable', {}, { 'retry-after': after }),
    );
    const { transport, waits } = setUp(() => answers.shift() ?? jsonAnswer({}));
    await transport.send(get);
    expect(waits).toEqual([1000, 5000]);
  });

  it('gives up after its attempts, with the last refusal', async () => {
    const { transport, server } = setUp(() => problemAnswer(503, 'log_unavailable'));
    expect(await failure(transport.send(post))).toMatchObject({
      status: 503,
      code: 'log_unavailable',
    });
    expect(server.seen).toHaveLength(4);
  });

  it.each([400, 401, 403, 404, 409, 422, 429, 500])('never repeats a %s', async (status) => {
    const { transport, server } = setUp(() => problemAnswer(status, 'conflict'));
    expect(await failure(transport.send(post))).toMatchObject({ status, code: 'conflict' });
    expect(server.seen).toHaveLength(1);
  });

  it('asks again while its own first attempt is still running', async () => {
    const answers = [problemAnswer(409, 'idempotency_in_progress'), jsonAnswer({ ok: true })];
    const { transport } = setUp(() => answers.shift() as Response);
    expect(await transport.send(post)).toEqual({ ok: true });
  });

  it('asks the next address at once, and stays with the one that answered', async () => {
    const { transport, server, waits } = setUp(
      ({ origin }) => (origin === A ? refused() : jsonAnswer({ ok: true })),
      { baseUrls: [A, B] },
    );
    await transport.send(post);
    await transport.send(get);
    expect(server.seen.map(({ origin }) => origin)).toEqual([A, B, B]);
    expect(waits).toEqual([]);
  });

  it('says which address did not answer, and why', async () => {
    const { transport } = setUp(refused);
    const error = await failure(transport.send(get));
    expect(error).toMatchObject({ status: 0, code: 'no_answer' });
    expect(error.message).toBe(`${A} did not answer: connect ECONNREFUSED`);
  });

  it('names the order in the refusal of a stopped agent', async () => {
    const stop = {
      order_id: 'stop_a',
      mode: 'pause',
      since: '2026-01-01T03:00:00.000Z',
      reason: 'odd',
    };
    for (const extra of [stop, { error: { code: 'agent_paused', message: 'x', details: stop } }]) {
      const { transport } = setUp(() => problemAnswer(403, 'agent_paused', extra));
      const error = await failure(transport.send(post));
      expect(error).toBeInstanceOf(AgentStoppedError);
      expect(error).toMatchObject(stop);
    }
  });

  it('says so when something else answers', async () => {
    const { transport } = setUp(() => new Response('<html>', { status: 200 }));
    expect((await failure(transport.send(get))).code).toBe('unreadable_answer');
  });

  it('ends with the reason of an aborted signal, and repeats nothing', async () => {
    const { transport, server } = setUp(() => jsonAnswer({}));
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(transport.send(get, { signal })).rejects.toThrow('enough');
    expect(server.seen).toHaveLength(1);
  });

  it.each(['ftp://x', 'nonsense', ''])('refuses %j as an address', (baseUrl) => {
    expect(() => new Transport({ baseUrl, apiKey: 'k' })).toThrow('http or https');
  });
});
