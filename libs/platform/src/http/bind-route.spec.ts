import { LogUnavailableError } from '#event-store';
import { ApiProblem } from './api-problem.js';
import { ExampleRim, Health, Heartbeat, keyFor, Send, Stop, type Sent } from './example-rim.js';
import type { Handler } from './route-host.js';

const echo: Handler<typeof Stop> = ({ params, body, query }) => ({ params, body, query });
const KILL = '/v1/mesh/agents/addr_x/kill';
const json = { 'content-type': 'application/json' };
const operator = { ...keyFor('operator'), ...json };

let rim: ExampleRim;
beforeEach(() => {
  rim = new ExampleRim([
    [Stop, echo],
    [Send, ({ body }: { body: unknown }) => ({ body })],
    [Heartbeat, () => ({ ok: true })],
    [Health, () => ({ ok: true })],
  ]);
});
afterEach(() => rim.server.close());

describe('access', () => {
  it.each<[string, string, Sent, string | number]>([
    ['a public route needs no key', '/health', {}, 200],
    ['no key', KILL, { body: '' }, 'unauthenticated'],
    ['an unknown key', KILL, { body: '', headers: { 'x-api-key': 'x' } }, 'unauthenticated'],
    ['an agent on an operators’ route', KILL, { body: '', headers: keyFor('robot') }, 'forbidden'],
    [
      'a viewer where stop:order is needed',
      KILL,
      { body: '', headers: keyFor('viewer') },
      'forbidden',
    ],
    ['an operator who may', KILL, { body: '', headers: keyFor('operator') }, 200],
    [
      'an agent at the gate',
      '/v1/intents',
      { body: '{}', headers: { ...keyFor('robot'), ...json } },
      200,
    ],
    ['an operator at the gate who may', '/v1/intents', { body: '{}', headers: operator }, 200],
    [
      'a viewer at the gate',
      '/v1/intents',
      { body: '{}', headers: { ...keyFor('viewer'), ...json } },
      'forbidden',
    ],
    ['an operator where only agents act', '/v1/beat', { headers: keyFor('operator') }, 'forbidden'],
  ])('%s', async (_rule, url, sent, expected) =>
    expect(await rim.codeOf(url, sent)).toBe(expected),
  );

  it('is checked before the body is read', async () => {
    expect(await rim.codeOf(KILL, { body: '{', headers: json })).toBe('unauthenticated');
  });

  it('is refused with 503 while the log is unread, but for public routes', async () => {
    const host = { ready: () => false, notReadyCode: 'gateway_fenced' } as const;
    rim = new ExampleRim(
      [
        [Stop, echo],
        [Health, () => ({ ok: true })],
      ],
      host,
    );
    const { response, wire } = await rim.ask(KILL, { body: '', headers: operator });
    expect([response.statusCode, wire.error?.code]).toEqual([503, 'gateway_fenced']);
    expect(response.headers['retry-after']).toBe('1');
    expect(await rim.codeOf('/health')).toBe(200);
  });

  it('passes the host’s gate with the parsed call', async () => {
    const admit = (): never => {
      throw new ApiProblem('agent_killed', 'Stopped by stop_x.', {
        details: { order_id: 'stop_x' },
      });
    };
    rim = new ExampleRim([[Send, () => ({ ok: true })]], { admit });
    const { wire } = await rim.ask('/v1/intents', {
      body: '{}',
      headers: { ...keyFor('robot'), ...json },
    });
    expect(wire).toMatchObject({
      status: 403,
      error: {
        code: 'agent_killed',
        category: 'stopped',
        retryable: false,
        details: { order_id: 'stop_x' },
      },
    });
  });
});

describe('bodies', () => {
  const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;
  const big = (bytes: number): string => JSON.stringify({ p: 'x'.repeat(bytes - 8) });

  it.each<[string, Sent, string | number]>([
    ['no body with a JSON type is none', { body: '', headers: json }, 200],
    [
      'no body with any other type is none',
      { body: '', headers: { 'content-type': 'text/xml' } },
      200,
    ],
    ['no body with a broken type is none', { body: '', headers: { 'content-type': 'junk' } }, 200],
    ['no body and no type is none', { method: 'POST' }, 200],
    ['JSON', { body: '{"reason":"x"}', headers: json }, 200],
    [
      'JSON with its charset',
      { body: '{}', headers: { 'content-type': 'Application/JSON; charset=UTF-8' } },
      200,
    ],
    [
      'another charset',
      { body: '{}', headers: { 'content-type': 'application/json; charset=latin1' } },
      'unsupported_media_type',
    ],
    [
      'another type',
      { body: '{}', headers: { 'content-type': 'text/plain' } },
      'unsupported_media_type',
    ],
    [
      'a broken type',
      { body: '{}', headers: { 'content-type': 'junk' } },
      'unsupported_media_type',
    ],
    [
      'a compressed body',
      { body: '{}', headers: { ...json, 'content-encoding': 'gzip' } },
      'unsupported_media_type',
    ],
    ['broken JSON', { body: '{"reason":', headers: json }, 'malformed_request'],
    [
      'invalid UTF-8',
      { body: Buffer.from([0x22, 0xff, 0x22]), headers: json },
      'malformed_request',
    ],
    ['65 levels', { body: nested(65), headers: json }, 'malformed_request'],
    ['an array', { body: '[]', headers: json }, 'invalid_field'],
    ['null', { body: 'null', headers: json }, 'invalid_field'],
    ['more than 1 MiB', { body: big(1_048_577), headers: json }, 'payload_too_large'],
    [
      'a duplicate key, of which the last counts',
      { body: '{"reason":1,"reason":"x"}', headers: json },
      200,
    ],
    ['__proto__, dropped', { body: '{"__proto__":{"polluted":1}}', headers: json }, 200],
    [
      'constructor, an unknown field',
      { body: '{"constructor":{"prototype":{}}}', headers: json },
      'invalid_field',
    ],
  ])('%s', async (_rule, sent, expected) => {
    const headers = { ...keyFor('operator'), ...sent.headers };
    expect(await rim.codeOf(KILL, { ...sent, headers })).toBe(expected);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it('takes 64 levels and exactly 1 MiB', async () => {
    const deep = `{"a":${nested(63)}}`;
    expect(await rim.codeOf('/v1/intents', { body: deep, headers: operator })).toBe(200);
    expect(await rim.codeOf('/v1/intents', { body: big(1_048_576), headers: operator })).toBe(200);
  });

  it('names every bad field, in body, path and query', async () => {
    const { wire } = await rim.ask(KILL, {
      body: '{"reason":1,"resaon":"x","mode":"stop"}',
      headers: operator,
    });
    expect(wire.error?.details?.fields?.map(({ path }) => path)).toEqual([
      'reason',
      'mode',
      'resaon',
    ]);
    expect(await rim.codeOf(`${KILL}?limit=99`, { body: '', headers: operator })).toBe(
      'invalid_field',
    );
    expect(await rim.codeOf(`${KILL}?other=1`, { body: '', headers: operator })).toBe(200);
  });
});

describe('paths', () => {
  it('takes an encoded address as one parameter, up to 383 characters', async () => {
    const address = `agent://${'o'.repeat(125)}/${'w'.repeat(125)}/${'n'.repeat(120)}`;
    const url = `/v1/mesh/agents/${encodeURIComponent(address)}/kill`;
    const { wire } = await rim.ask(url, { body: '', headers: operator });
    expect(wire.params).toEqual({ address_id: address });
  });

  it.each<[string, string, Sent, string | number]>([
    ['an unknown path', '/nowhere', {}, 'not_found'],
    ['broken encoding', '/v1/mesh/agents/%zz/kill', { body: '' }, 'malformed_request'],
    [
      'an endless parameter',
      `/v1/mesh/agents/${'x'.repeat(1100)}/kill`,
      { body: '' },
      'malformed_request',
    ],
    ['another method', KILL, {}, 'method_not_allowed'],
    ['HEAD where GET is', '/health', { method: 'HEAD' }, 200],
    ['OPTIONS', '/health', { method: 'OPTIONS' }, 204],
    ['OPTIONS of an unknown path', '/nowhere', { method: 'OPTIONS' }, 'not_found'],
  ])('%s', async (_rule, url, sent, expected) =>
    expect(await rim.codeOf(url, sent)).toBe(expected),
  );

  it('says with 405 what the path takes', async () => {
    const { response } = await rim.ask(KILL, { headers: operator });
    expect([response.statusCode, response.headers.allow]).toEqual([405, 'POST, OPTIONS']);
  });
});

describe('errors', () => {
  const broken = async (error: unknown): Promise<Awaited<ReturnType<ExampleRim['ask']>>> => {
    rim = new ExampleRim([[Stop, () => Promise.reject(error as Error)]]);
    return rim.ask(`${KILL}?token=abc`, { body: '', headers: operator });
  };

  it('have the RFC 9457 members, the error object and the trace id', async () => {
    const { response, wire } = await broken(
      new ApiProblem('held_by_wider_stop', 'Held.', { details: { orders: [] } }),
    );
    expect(wire).toEqual({
      type: 'urn:estop:problem:held_by_wider_stop',
      title: 'A wider stop holds this agent',
      status: 409,
      detail: 'Held.',
      instance: KILL,
      error: {
        code: 'held_by_wider_stop',
        message: 'Held.',
        category: 'conflict',
        retryable: false,
        details: { orders: [] },
      },
      trace_id: response.headers['x-trace-id'],
    });
  });

  it('never show what broke, but log it', async () => {
    const { response, wire } = await broken(new Error('db password is hunter2'));
    expect([response.statusCode, wire.error?.code]).toEqual([500, 'internal_error']);
    expect(response.body).not.toMatch(/hunter2|\bat .*\.ts/);
    const line = rim.logLines.find((text) => text.includes('internal_error'));
    expect(line).toContain('db password is hunter2');
    expect(line).not.toContain('token=abc');
  });

  it('say 503 with Retry-After when the log cannot be reached', async () => {
    const { response, wire } = await broken(new LogUnavailableError('no leader'));
    expect([response.statusCode, wire.error?.code]).toEqual([503, 'log_unavailable']);
    expect(response.headers['retry-after']).toBe('1');
  });
});

describe('an operator’s act', () => {
  it('is a line of the log, with its ids and without its key', async () => {
    await rim.ask(KILL, { body: '', headers: { ...operator, 'x-request-id': 'r1' } });
    const line = JSON.parse(String(rim.logLines[0])) as object;
    const key = { key_id: 'operator00000000', request_id: 'r1' };
    expect(line).toMatchObject({ ...key, route: 'stops.order', method: 'POST', status: 200 });
    expect(rim.logLines.join()).not.toContain('aaaaaaaa');
  });
});

describe('request and trace ids', () => {
  const HEX = '0af7651916cd43dd8448eb211c80319c';
  const PARENT = `00-${HEX}-b7ad6b7169203331-01`;
  const UUID = '0af76519-16cd-43dd-8448-eb211c80319c';
  it.each<[string, Record<string, string>, string | RegExp, RegExp]>([
    ['are made where none come', {}, /^[0-9a-f]{32}$/, /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/],
    ['a hex trace id is kept', { 'x-trace-id': HEX }, HEX, new RegExp(`^00-${HEX}-`)],
    ['a UUID is kept as it is spelt', { 'x-trace-id': UUID }, UUID, new RegExp(`^00-${HEX}-`)],
    ['traceparent is kept', { traceparent: PARENT }, HEX, new RegExp(`^${PARENT}$`)],
    ['zeros are none', { 'x-trace-id': '0'.repeat(32) }, /[1-9a-f]/, /^00-[0-9a-f]*[1-9a-f]/],
    ['junk is replaced', { 'x-trace-id': 'a b"c', traceparent: 'junk' }, /^[0-9a-f]{32}$/, /^00-/],
  ])('%s', async (_rule, headers, traceId, parent) => {
    const { response } = await rim.ask('/health', { headers });
    expect(response.headers['x-trace-id']).toMatch(traceId);
    expect(response.headers.traceparent).toMatch(parent);
    expect(response.headers['x-request-id']).toMatch(/^req_[0-9a-f]{24}$/);
  });

  it('a plain x-request-id is kept', async () => {
    const { response } = await rim.ask('/health', { headers: { 'x-request-id': 'abc-1' } });
    expect(response.headers['x-request-id']).toBe('abc-1');
  });
});
