import { z } from 'zod';
import {
  agentAddress,
  defineRoute,
  type KeyId,
  type OrgName,
  type RouteDefinition,
  type WorkspaceName,
} from '#contracts';
import type { KeyRecord } from '#domain';
import { LogUnavailableError, type KeyValue } from '#event-store';
import { createIdempotency } from '../idempotency/idempotency.js';
import { sha256Hex } from '../identity/hashed-ids.js';
import { createLogger } from '../log/logger.js';
import { createMetrics, type Metrics } from '../metrics/metrics.js';
import { ApiProblem } from './api-problem.js';
import { bindRoute } from './bind-route.js';
import type { Handler, RouteHost } from './route-host.js';
import { createHttpServer, type HttpServer } from './server.js';

const SECRET = 'a'.repeat(64);
const record = (id: string, holder: KeyRecord['holder']): KeyRecord => ({
  keyId: id.padEnd(16, '0') as KeyId,
  holder,
  org: 'acme' as OrgName,
  workspace: 'production' as WorkspaceName,
  workspaceOnly: false,
  secretSha256: sha256Hex(SECRET),
  hint: 'aaaa',
  createdAt: '2026-01-31T03:00:00.000Z',
  createdByNote: null,
  expiresAt: null,
  expiresAtMs: null,
  revokedAt: null,
  lastSequence: 1,
});
const person = (roles: ('viewer' | 'operator')[]) =>
  ({ kind: 'op', name: 'Ada', roles, meshWide: false }) as const;
const robot = agentAddress('acme', 'production', 'robot');
const records = [
  record('viewer', person(['viewer'])),
  record('operator', person(['operator'])),
  record('robot', { kind: 'sa', address: robot }),
];
const keyFor = (id: 'viewer' | 'operator' | 'robot'): Record<string, string> => ({
  'x-api-key': `estop_${id === 'robot' ? 'sa' : 'op'}_${id.padEnd(16, '0')}_${SECRET}`,
});

const Stop = defineRoute({
  id: 'stops.order',
  method: 'POST',
  path: '/v1/mesh/agents/:address_id/kill',
  access: { kind: 'operator', permission: 'stop:order' },
  summary: 'Stops an agent',
  axme: true,
  params: z.object({ address_id: z.string().max(383) }),
  query: z.object({ limit: z.coerce.number().int().max(10).optional() }),
  body: z.strictObject({
    reason: z.string().optional(),
    mode: z.enum(['halt', 'pause']).optional(),
  }),
});
const Send = defineRoute({
  id: 'intents.send',
  method: 'POST',
  path: '/v1/intents',
  access: { kind: 'gate', operators: 'intent:send' },
  summary: 'Sends an intent',
  axme: true,
  body: z.record(z.string(), z.json()),
});
const Heartbeat = defineRoute({
  id: 'heartbeat',
  method: 'GET',
  path: '/v1/beat',
  access: { kind: 'gate', operators: null },
  summary: 'Beats',
  axme: true,
});
const Health = defineRoute({
  id: 'health',
  method: 'GET',
  path: '/health',
  access: { kind: 'public' },
  summary: 'Health',
  axme: true,
});

/** As a bucket of NATS is, in memory. */
const memoryBucket = (): KeyValue => {
  const values = new Map<string, { value: string; revision: number }>();
  let revision = 0;
  const put = (key: string, value: string) => {
    revision += 1;
    values.set(key, { value, revision });
    return Promise.resolve({ revision });
  };
  return {
    get: (key) => Promise.resolve(values.get(key) ?? null),
    create: (key, value) => (values.has(key) ? Promise.resolve(null) : put(key, value)),
    update: (key, value, expected) =>
      values.get(key)?.revision === expected ? put(key, value) : Promise.resolve(null),
  };
};

let nowMs = 1_000_000;
const clock = { nowMs: () => nowMs, monotonicMs: () => nowMs };
const logLines: string[] = [];
const log = createLogger({
  service: 'test',
  destination: { write: (line: string) => void logLines.push(line) },
});
const newMetrics = (): Metrics => createMetrics('test', { processDefaults: false });

const hostWith = (change: Partial<RouteHost> = {}): RouteHost => ({
  view: { key: (id) => records.find(({ keyId }) => keyId === id) ?? null, agent: () => null },
  clock,
  ready: () => true,
  idempotency: createIdempotency(memoryBucket(), clock),
  log,
  ...change,
});

let server: HttpServer;
const serve = (host: RouteHost, routes: readonly (readonly [RouteDefinition, unknown])[]): void => {
  server = createHttpServer({ service: 'test', log, metrics: newMetrics() });
  for (const [route, handler] of routes) {
    bindRoute(server, route, host, handler as Handler<RouteDefinition>);
  }
};
const echo: Handler<typeof Stop> = ({ params, body, query }) => ({ params, body, query });

beforeEach(() => {
  logLines.length = 0;
  nowMs = 1_000_000;
  serve(hostWith(), [
    [Stop, echo],
    [Send, ({ body }: { body: unknown }) => ({ body })],
    [Heartbeat, () => ({ ok: true })],
    [Health, () => ({ ok: true })],
  ]);
});
afterEach(() => server.close());

interface Sent {
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
  readonly method?: 'GET' | 'POST' | 'PUT' | 'OPTIONS' | 'HEAD';
}
const json = { 'content-type': 'application/json' };
const ask = async (url: string, { headers = {}, body, method }: Sent = {}) => {
  const response = await server.inject({
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    url,
    headers,
    ...(body !== undefined && { payload: body }),
  });
  const isJson = String(response.headers['content-type']).includes('json') && response.body !== '';
  return { response, wire: isJson ? (JSON.parse(response.body) as Wire) : ({} as Wire) };
};
interface Wire {
  readonly status?: number;
  readonly trace_id?: string;
  readonly error?: { code: string; message: string; details?: { fields?: { path: string }[] } };
  readonly body?: unknown;
  readonly params?: unknown;
}
const codeOf = async (url: string, sent?: Sent): Promise<string | number> => {
  const { response, wire } = await ask(url, sent);
  if (wire.error) expect(response.headers['content-type']).toContain('application/problem+json');
  return wire.error?.code ?? response.statusCode;
};
const KILL = '/v1/mesh/agents/addr_x/kill';
const operator = { ...keyFor('operator'), ...json };

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
  ])('%s', async (_rule, url, sent, expected) => expect(await codeOf(url, sent)).toBe(expected));

  it('is checked before the body is read', async () => {
    expect(await codeOf(KILL, { body: '{', headers: json })).toBe('unauthenticated');
  });

  it('is refused with 503 while the log is unread, but for public routes', async () => {
    await server.close();
    const host = hostWith({ ready: () => false, notReadyCode: 'gateway_fenced' });
    serve(host, [
      [Stop, echo],
      [Health, () => ({ ok: true })],
    ]);
    const { response, wire } = await ask(KILL, { body: '', headers: operator });
    expect([response.statusCode, wire.error?.code]).toEqual([503, 'gateway_fenced']);
    expect(response.headers['retry-after']).toBe('1');
    expect(await codeOf('/health')).toBe(200);
  });

  it('passes the host’s gate with the parsed call', async () => {
    await server.close();
    const admit = (): never => {
      throw new ApiProblem('agent_killed', 'Stopped by stop_x.', {
        details: { order_id: 'stop_x' },
      });
    };
    serve(hostWith({ admit }), [[Send, () => ({ ok: true })]]);
    const { wire } = await ask('/v1/intents', {
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
    expect(await codeOf(KILL, { ...sent, headers })).toBe(expected);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it('takes 64 levels and exactly 1 MiB', async () => {
    const deep = `{"a":${nested(63)}}`;
    expect(await codeOf('/v1/intents', { body: deep, headers: operator })).toBe(200);
    expect(await codeOf('/v1/intents', { body: big(1_048_576), headers: operator })).toBe(200);
  });

  it('names every bad field, in body, path and query', async () => {
    const { wire } = await ask(KILL, {
      body: '{"reason":1,"resaon":"x","mode":"stop"}',
      headers: operator,
    });
    expect(wire.error?.details?.fields?.map(({ path }) => path)).toEqual([
      'reason',
      'mode',
      'resaon',
    ]);
    expect(await codeOf(`${KILL}?limit=99`, { body: '', headers: operator })).toBe('invalid_field');
    expect(await codeOf(`${KILL}?other=1`, { body: '', headers: operator })).toBe(200);
  });
});

describe('paths', () => {
  it('takes an encoded address as one parameter, up to 383 characters', async () => {
    const address = `agent://${'o'.repeat(125)}/${'w'.repeat(125)}/${'n'.repeat(120)}`;
    const url = `/v1/mesh/agents/${encodeURIComponent(address)}/kill`;
    const { wire } = await ask(url, { body: '', headers: operator });
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
  ])('%s', async (_rule, url, sent, expected) => expect(await codeOf(url, sent)).toBe(expected));

  it('says with 405 what the path takes', async () => {
    const { response } = await ask(KILL, { headers: operator });
    expect([response.statusCode, response.headers.allow]).toEqual([405, 'POST, OPTIONS']);
  });
});

describe('errors', () => {
  const broken = async (error: unknown): Promise<Awaited<ReturnType<typeof ask>>> => {
    await server.close();
    serve(hostWith(), [[Stop, () => Promise.reject(error as Error)]]);
    return ask(`${KILL}?token=abc`, { body: '', headers: operator });
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
    const line = logLines.find((text) => text.includes('internal_error'));
    expect(line).toContain('db password is hunter2');
    expect(line).not.toContain('token=abc');
  });

  it('say 503 with Retry-After when the log cannot be reached', async () => {
    const { response, wire } = await broken(new LogUnavailableError('no leader'));
    expect([response.statusCode, wire.error?.code]).toEqual([503, 'log_unavailable']);
    expect(response.headers['retry-after']).toBe('1');
  });
});

describe('request and trace ids', () => {
  const HEX = '0af7651916cd43dd8448eb211c80319c';
  const PARENT = `00-${HEX}-b7ad6b7169203331-01`;
  const UUID = '0af76519-16cd-43dd-8448-eb211c80319c';
  it.each<[string, Record<string, string>, string | RegExp, RegExp]>([
    ['are made where none come', {}, /^[0-9a-f]{32}$/, /^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/],
    ['a hex trace id is kept', { 'x-trace-id': HEX }, HEX, new RegExp(`^00-${HEX}-`)],
    ['a UUID is kept as it is spelt', { 'x-trace-id': UUID }, UUID, new RegExp(`^00-${HEX}-`)],
    ['traceparent is kept', { traceparent: PARENT }, HEX, new RegExp(`^${PARENT}$`)],
    ['junk is replaced', { 'x-trace-id': 'a b"c', traceparent: 'junk' }, /^[0-9a-f]{32}$/, /^00-/],
  ])('%s', async (_rule, headers, traceId, parent) => {
    const { response } = await ask('/health', { headers });
    expect(response.headers['x-trace-id']).toMatch(traceId);
    expect(response.headers.traceparent).toMatch(parent);
    expect(response.headers['x-request-id']).toMatch(/^req_[0-9a-f]{24}$/);
  });

  it('a plain x-request-id is kept', async () => {
    const { response } = await ask('/health', { headers: { 'x-request-id': 'abc-1' } });
    expect(response.headers['x-request-id']).toBe('abc-1');
  });
});

describe('Idempotency-Key', () => {
  const withKey = (key: string, body = '{}') => ({
    body,
    headers: { ...operator, 'idempotency-key': key },
  });
  const counting = async (
    answer: (run: number) => unknown,
    host = hostWith(),
  ): Promise<() => number> => {
    await server.close();
    let runs = 0;
    serve(host, [[Stop, () => answer((runs += 1))]]);
    return () => runs;
  };

  it('gives the first answer again, and runs once', async () => {
    const runs = await counting((run) => ({ run }));
    const first = await ask(KILL, withKey('k1', '{"reason":"a","mode":"halt"}'));
    const again = await ask(KILL, withKey('k1', '{"mode":"halt","reason":"a"}'));
    expect([again.response.body, again.response.statusCode]).toEqual([first.response.body, 200]);
    expect(again.response.headers['idempotency-replayed']).toBe('true');
    expect(runs()).toBe(1);
  });

  it('refuses another body, or another path, under the same key', async () => {
    await counting((run) => ({ run }));
    await ask(KILL, withKey('k1'));
    expect(await codeOf(KILL, withKey('k1', '{"reason":"b"}'))).toBe('idempotency_conflict');
    expect(await codeOf('/v1/mesh/agents/addr_y/kill', withKey('k1'))).toBe('idempotency_conflict');
  });

  it('remembers a refusal that holds, and forgets one that ends by itself', async () => {
    const codes = ['not_found', 'backlog_full', 'internal_error', 'forbidden'] as const;
    for (const [at, code] of codes.entries()) {
      const runs = await counting(() => Promise.reject(new ApiProblem(code, 'No.')));
      expect(await codeOf(KILL, withKey(`k${at}`))).toBe(code);
      expect(await codeOf(KILL, withKey(`k${at}`))).toBe(code);
      expect(runs()).toBe(code === 'not_found' ? 1 : 2);
    }
  });

  it('says that the first is still running, and takes over after 30 s', async () => {
    const held: ((value: unknown) => void)[] = [];
    const runs = await counting((run) =>
      run === 1 ? new Promise((resolve) => held.push(resolve)) : { run },
    );
    const first = ask(KILL, withKey('k1'));
    while (held.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(await codeOf(KILL, withKey('k1'))).toBe('idempotency_in_progress');
    nowMs += 30_000;
    expect(await codeOf(KILL, withKey('k1'))).toBe(200);
    held[0]?.({ late: true });
    expect((await first).response.statusCode).toBe(200);
    expect(runs()).toBe(2);
  });

  it('does not hold up a stop when the bucket cannot be reached', async () => {
    const away = (): Promise<never> => Promise.reject(new LogUnavailableError('no leader'));
    const idempotency = createIdempotency({ get: away, create: away, update: away }, clock);
    await counting(() => ({ ok: true }), hostWith({ idempotency }));
    expect(await codeOf(KILL, withKey('k1'))).toBe(200);
  });

  it('must be printable', async () => {
    expect(await codeOf(KILL, withKey('a b'))).toBe('malformed_request');
    expect(await codeOf(KILL, withKey('x'.repeat(256)))).toBe('malformed_request');
  });
});
