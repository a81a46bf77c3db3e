import { InMemoryKeyValue, LogUnavailableError } from '#event-store';
import { systemClock } from '../clock/clock.js';
import { createIdempotency } from '../idempotency/idempotency.js';
import { ApiProblem } from './api-problem.js';
import { ExampleRim, keyFor, Send, Stop } from './example-rim.js';
import type { RouteHost } from './route-host.js';

const KILL = '/v1/mesh/agents/addr_x/kill';
const operator = { ...keyFor('operator'), 'content-type': 'application/json' };
let rim: ExampleRim;

describe('Idempotency-Key', () => {
  const withKey = (key: string, body = '{}') => ({
    body,
    headers: { ...operator, 'idempotency-key': key },
  });
  const counting = (answer: (run: number) => unknown, host: Partial<RouteHost> = {}) => {
    let runs = 0;
    const handler = () => answer((runs += 1));
    rim = new ExampleRim(
      [
        [Stop, handler],
        [Send, handler],
      ],
      host,
    );
    return () => runs;
  };
  afterEach(() => rim.server.close());

  it('gives the first answer again, and runs once', async () => {
    const runs = counting((run) => ({ run }));
    const first = await rim.ask(KILL, withKey('k1', '{"reason":"a","mode":"halt"}'));
    const again = await rim.ask(KILL, withKey('k1', '{"mode":"halt","reason":"a"}'));
    expect([again.response.body, again.response.statusCode]).toEqual([first.response.body, 200]);
    expect(again.response.headers['idempotency-replayed']).toBe('true');
    expect(runs()).toBe(1);
  });

  it('refuses another body, or another path, under the same key', async () => {
    counting((run) => ({ run }));
    await rim.ask(KILL, withKey('k1'));
    expect(await rim.codeOf(KILL, withKey('k1', '{"reason":"b"}'))).toBe('idempotency_conflict');
    expect(await rim.codeOf('/v1/mesh/agents/addr_y/kill', withKey('k1'))).toBe(
      'idempotency_conflict',
    );
  });

  it('remembers a refusal that holds, and forgets one that ends by itself', async () => {
    const codes = ['not_found', 'backlog_full', 'internal_error', 'forbidden'] as const;
    for (const [at, code] of codes.entries()) {
      const runs = counting(() => Promise.reject(new ApiProblem(code, 'No.')));
      expect(await rim.codeOf(KILL, withKey(`k${at}`))).toBe(code);
      expect(await rim.codeOf(KILL, withKey(`k${at}`))).toBe(code);
      expect(runs()).toBe(code === 'not_found' ? 1 : 2);
    }
  });

  it('says that the first is still running, and takes over after 30 s', async () => {
    const held: ((value: unknown) => void)[] = [];
    const runs = counting((run) =>
      run === 1 ? new Promise((resolve) => held.push(resolve)) : { run },
    );
    const first = rim.ask('/v1/intents', withKey('k1'));
    while (held.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(await rim.codeOf('/v1/intents', withKey('k1'))).toBe('idempotency_in_progress');
    rim.nowMs += 29_999;
    expect(await rim.codeOf('/v1/intents', withKey('k1'))).toBe('idempotency_in_progress');
    rim.nowMs += 1;
    expect(await rim.codeOf('/v1/intents', withKey('k1'))).toBe(200);
    held[0]?.({ late: true });
    expect((await first).response.statusCode).toBe(200);
    expect(runs()).toBe(2);
  });

  it('lets a stop run beside its first request, whose node may be dead', async () => {
    const held: ((value: unknown) => void)[] = [];
    const runs = counting((run) =>
      run === 1 ? new Promise((resolve) => held.push(resolve)) : { run },
    );
    const first = rim.ask(KILL, withKey('k1'));
    while (held.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect((await rim.ask(KILL, withKey('k1'))).response.json()).toEqual({ run: 2 });
    held[0]?.({ run: 1 });
    expect((await first).response.json()).toEqual({ run: 1 });
    expect((await rim.ask(KILL, withKey('k1'))).response.json()).toEqual({ run: 2 });
    expect(runs()).toBe(2);
  });

  it('writes nothing before a stop has run', async () => {
    const bucket = new InMemoryKeyValue();
    const written: string[] = [];
    const told = (text: string): void => void written.push(text);
    const idempotency = createIdempotency(
      {
        get: (key) => bucket.get(key),
        create: (key, value) => (told(value), bucket.create(key, value)),
        update: (key, value, revision) => (told(value), bucket.update(key, value, revision)),
      },
      systemClock,
    );
    counting(() => ({ before: written.length }), { idempotency });
    expect((await rim.ask(KILL, withKey('k1'))).response.json()).toEqual({ before: 0 });
    expect(written).toHaveLength(1);
  });

  it('lets a stop run before its record is looked for, and answers what another node answered', async () => {
    const bucket = new InMemoryKeyValue();
    const clock = systemClock;
    const runs = counting((run) => ({ run }), { idempotency: createIdempotency(bucket, clock) });
    await rim.ask(KILL, withKey('k1'));
    const order: string[] = [];
    const looking = {
      get: (key: string) => (order.push('looked'), bucket.get(key)),
      create: (key: string, value: string) => bucket.create(key, value),
      update: (key: string, value: string, of: number) => bucket.update(key, value, of),
    };
    await rim.server.close();
    const elsewhere = { idempotency: createIdempotency(looking, clock) };
    counting((run) => (order.push('ran'), { run: `elsewhere ${run}` }), elsewhere);
    const { response } = await rim.ask(KILL, withKey('k1'));
    expect(order).toEqual(['ran', 'looked']);
    expect(response.json()).toEqual({ run: 1 });
    expect(response.headers['idempotency-replayed']).toBe('true');
    const again = await rim.ask(KILL, withKey('k1'));
    expect([again.response.json(), order.length]).toEqual([{ run: 1 }, 3]);
    expect(runs()).toBe(1);
  });

  it('tells which stop stands though its key was used at another node for something else', async () => {
    const bucket = new InMemoryKeyValue();
    counting(() => ({ ok: true }), { idempotency: createIdempotency(bucket, systemClock) });
    await rim.ask(KILL, withKey('k1'));
    await rim.server.close();
    const placed = { ok: true, order: { order_id: 'stop_x' } };
    counting(() => placed, { idempotency: createIdempotency(bucket, systemClock) });
    const { response } = await rim.ask(KILL, withKey('k1', '{"reason":"b"}'));
    expect(response.statusCode).toBe(409);
    expect(response.json()).toMatchObject({
      error: { code: 'idempotency_conflict', details: { order_id: 'stop_x' } },
    });
    // Here it is known by now: nothing runs any more.
    const { response: other } = await rim.ask(KILL, withKey('k1', '{"reason":"c"}'));
    expect([other.statusCode, other.body.includes('stop_x')]).toEqual([409, false]);
  });

  it('does not hold up a stop when the bucket cannot be reached', async () => {
    const away = (): Promise<never> => Promise.reject(new LogUnavailableError('no leader'));
    const idempotency = createIdempotency({ get: away, create: away, update: away }, systemClock);
    counting(() => ({ ok: true }), { idempotency });
    expect(await rim.codeOf(KILL, withKey('k1'))).toBe(200);
  });

  it('does not hold up a stop when the bucket says nothing', async () => {
    const silent = (): Promise<never> => new Promise(() => undefined);
    const bucket = { get: silent, create: silent, update: silent };
    counting(() => ({ ok: true }), { idempotency: createIdempotency(bucket, systemClock) });
    expect(await rim.codeOf(KILL, withKey('k1'))).toBe(200);
  });

  it('must be printable', async () => {
    counting(() => ({ ok: true }));
    expect(await rim.codeOf(KILL, withKey('a b'))).toBe('malformed_request');
    expect(await rim.codeOf(KILL, withKey('x'.repeat(256)))).toBe('malformed_request');
  });
});
