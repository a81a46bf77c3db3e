import { gzipSync } from 'node:zlib';
import { jest } from '@jest/globals';
import { StrangersMesh, type Heard, type Said, type StrangersAgent } from './stranger.js';

jest.setTimeout(60_000);

const TARGET = 'agent://acme/production/target';
const intent = {
  ...{ intent_type: 'mail.send.v1', correlation_id: 'b0a3a9a2-64d4-4c5b-8a41-90c7fd6f0c0e' },
  ...{ to_agent: TARGET, payload: {} },
};
const stop = { mode: 'halt', selector: { agent: TARGET }, dry_run: true };
const MIB = 1_048_576;
const BOM = Buffer.from([0xef, 0xbb, 0xbf]);
const utf16 = (value: object) => Buffer.from(JSON.stringify(value), 'utf16le');
const nested = (depth: number) => `{"payload":${'['.repeat(depth)}${']'.repeat(depth)}}`;

/** One request is tried on a route of the gateway, and on one that it hands over to the command API. */
const doors = [
  { door: 'POST /v1/intents', good: intent },
  { door: 'POST /v1/mesh/stops', good: stop },
] as const;

type Spoilt = Said & { readonly what: string; readonly code: string };
const spoilt = (good: object): Spoilt[] => [
  { what: 'UTF-16', body: utf16(good), code: '400 malformed_request' },
  { what: 'a BOM', body: Buffer.concat([BOM, Buffer.from('{}')]), code: '400 malformed_request' },
  { what: 'Latin-1', body: Buffer.from('{"é":1}', 'latin1'), code: '400 malformed_request' },
  { what: 'half an object', body: '{"a":', code: '400 malformed_request' },
  { what: 'two objects', body: '{}{}', code: '400 malformed_request' },
  { what: 'NaN', body: '{"a":NaN}', code: '400 malformed_request' },
  { what: 'blanks', body: '   ', code: '400 malformed_request' },
  { what: 'a depth of 65', body: nested(65), code: '400 malformed_request' },
  { what: 'a depth of 100,000', body: nested(100_000), code: '400 malformed_request' },
  { what: 'null', body: 'null', code: '422 invalid_field' },
  { what: 'a list', body: '[]', code: '422 invalid_field' },
  { what: 'a number', body: '1e999', code: '422 invalid_field' },
  { what: 'names of Object', body: { ...good, toString: 1 }, code: '422 invalid_field' },
  { what: '1 MiB and a byte', body: ' '.repeat(MIB + 1), code: '413 payload_too_large' },
  { what: '6 MiB', body: ' '.repeat(6 * MIB), code: '413 payload_too_large' },
  {
    what: 'gzip',
    body: gzipSync(JSON.stringify(good)),
    headers: { 'content-encoding': 'gzip' },
    code: '415 unsupported_media_type',
  },
  {
    what: 'another charset',
    body: good,
    headers: { 'content-type': 'application/json; charset=utf-16' },
    code: '415 unsupported_media_type',
  },
  {
    what: 'a form',
    body: 'a=b',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    code: '415 unsupported_media_type',
  },
];

/** What may stand in no field of these routes but `payload`, which takes any object. */
const values = [
  ...[null, [], '', 0, -1, 1.5, 1e308, true],
  ...['\u0000', '\ud800', '\u202e', 'x'.repeat(5000)],
];

const addresses = [
  ...['agent://acme/production/*', 'agent://acme/production/>', 'agent://acme/production/a.b'],
  ...['agent://acme/production/a b', 'agent://acme/production/..', 'agent://acme/production/'],
  ...['agent://acme/production/Target', 'agent://acme/production/t\u0430rget', 'agent://acme//a'],
  ...['agent://acme/production/a\u0000', 'agent://mesh/production/a', 'AGENT://acme/production/a'],
  ...['agent://acme/production/a/b', 'agent://acme/production/-a', ' agent://acme/production/a'],
  `agent://acme/production/${'a'.repeat(64)}`,
];

const codeOf = ({ status, body }: Heard): string => `${status} ${body?.error?.code}`;
const fieldsOf = ({ body }: Heard): string[] =>
  (body?.error?.details?.fields ?? []).map(({ path }: { path: string }) => path);

describe('input that means harm', () => {
  let mesh: StrangersMesh;
  let agent: StrangersAgent;
  let operator: string;
  beforeAll(async () => {
    mesh = await StrangersMesh.start('hostile');
    operator = mesh.credentials.operator_key;
    agent = await mesh.agent(mesh.credentials.admin_key, TARGET);
  });
  afterAll(async () => {
    // Whatever was tried: nobody fell over it.
    for (const gateway of mesh.ready.gateways.keys())
      expect(await mesh.ask('GET /health', { gateway })).toMatchObject({ status: 200 });
    await mesh.stop();
  });

  const knock = (door: string, said: Said): Promise<Heard> =>
    mesh.ask(door, { key: door.includes('mesh') ? operator : agent.key, ...said });

  describe.each(doors)('at $door', ({ door, good }) => {
    it('takes what is good', async () => {
      expect(await knock(door, { body: good })).toMatchObject({ status: 200 });
    });

    it.each(spoilt(good))('answers $what with $code', async ({ code, what: _what, ...said }) => {
      const heard = await knock(door, said);
      expect(codeOf(heard)).toBe(code);
      expect(heard.headers['content-type']).toContain('application/problem+json');
      expect(heard.text).not.toMatch(/\\n +at |node_modules/);
    });

    it.each(Object.keys(good).filter((field) => field !== 'dry_run'))(
      'names %s whatever wrong stands in it',
      async (field) => {
        for (const value of values) {
          const heard = await knock(door, { body: { ...good, [field]: value } });
          expect([value, codeOf(heard)]).toEqual([value, '422 invalid_field']);
          expect([...new Set(fieldsOf(heard))]).toEqual([field]);
        }
      },
    );

    it('keeps polluted names out', async () => {
      const body = `{"__proto__":{"mode":"halt"},"x":1}`;
      const heard = await knock(door, { body });
      expect(fieldsOf(heard)).toContain('x');
    });
  });

  it.each(addresses)('the address %j reaches no subject', async (address) => {
    const sent = await knock('POST /v1/intents', { body: { ...intent, to_agent: address } });
    expect([codeOf(sent), fieldsOf(sent)]).toEqual(['422 invalid_field', ['to_agent']]);
    const selector = { agent: address };
    const ordered = await knock('POST /v1/mesh/stops', { body: { mode: 'halt', selector } });
    expect([codeOf(ordered), fieldsOf(ordered)]).toEqual(['422 invalid_field', ['selector.agent']]);
    const path = `POST /v1/mesh/agents/${encodeURIComponent(address)}/kill`;
    expect(codeOf(await mesh.ask(path, { key: operator }))).toMatch(
      /^(422 invalid_field|404 not_f)/,
    );
  });

  it.each(['/v1/mesh/events', '/v1/audit'])(
    '%s names the query field of an address',
    async (path) => {
      const heard = await mesh.ask(`GET ${path}?address=agent://mesh/a/b`, { key: operator });
      expect(heard.body.error.details.fields).toMatchObject([{ in: 'query', path: 'address' }]);
    },
  );

  it('an intent whose reply goes to no agent can be ended all the same', async () => {
    const body = { ...intent, reply_to: 'agent://mesh/a/b' };
    const { body: sent } = await knock('POST /v1/intents', { body });
    const path = `POST /v1/intents/${sent.intent_id}/resolve`;
    const ended = await knock(path, { body: { status: 'COMPLETED', result: {} } });
    expect(ended).toMatchObject({
      status: 200,
      body: { completion_delivery: { delivered: false } },
    });
  });

  it.each([
    ['GET /v1/mesh/./stream', '404 not_found'],
    ['GET /v1/mesh/x/../stream', '404 not_found'],
    ['GET /v1/mesh/x/%2e%2e/stream', '404 not_found'],
    ['GET /v1/mesh\\stream', '404 not_found'],
    ['GET /v1//mesh/agents', '404 not_found'],
    ['GET /v1/mesh/agents/%zz', '400 malformed_request'],
    ['GET /v1/mesh/agents/%C3%28', '400 malformed_request'],
    ['GET /v1/mesh/agents/%00', '404 not_found'],
    ['GET /v1/mesh/agents/%2F', '404 not_found'],
    ['GET /v1/mesh/agents/__proto__', '404 not_found'],
    ['GET /v1/mesh/stops/%2A', '404 not_found'],
    [`GET /v1/mesh/agents/${'a'.repeat(2000)}`, '400 malformed_request'],
    [`GET /v1/mesh/agents?${'a&'.repeat(10_000)}`, '400 malformed_request'],
    ['GET /v1/mesh/agents?limit=0', '422 invalid_field'],
    ['GET /v1/mesh/agents?limit=1.5', '422 invalid_field'],
    ['GET /v1/mesh/agents?cursor=zz', '422 invalid_field'],
    ['GET /v1/mesh/events?event_type=%00', '422 invalid_field'],
    ['GET /v1/mesh/events?cursor=WzEsMiwzLDRd', '422 invalid_field'],
    ['TRACE /v1/mesh/stops', '405 method_not_allowed'],
    ['PROPFIND /v1/intents', '405 method_not_allowed'],
    ['DELETE /v1/mesh/stops', '405 method_not_allowed'],
  ])('%s is %s', async (route, code) => {
    expect(codeOf(await mesh.ask(route, { key: operator }))).toBe(code);
  });

  it('no reader makes the lists look away from the read model', async () => {
    await mesh.ask('GET /v1/mesh/events?event_type=%00', { key: mesh.credentials.viewer_key });
    const events = await mesh.ask('GET /v1/mesh/events', { key: operator });
    expect(events.status).toBe(200);
  });

  it('names with NUL and half characters are kept, and the audit goes on', async () => {
    const reason = 'a\u0000b\ud800c\u202e';
    const path = 'POST /v1/mesh/agents/agent://acme/production/odd/kill';
    const { body: killed } = await mesh.ask(path, { key: operator, body: { reason } });
    const order = await mesh.ask(`GET /v1/mesh/stops/${killed.order.order_id}`, { key: operator });
    expect(order.body.reason).toBe(reason);
    const projection = await mesh.ask('GET /v1/audit/projection', { key: operator });
    expect(projection.body.streams).toMatchObject([{ problem: null }, { problem: null }]);
  });

  it.each([
    ['a body of two lengths', 'content-length: 2\r\ntransfer-encoding: chunked'],
    ['a length that is none', 'content-length: -5'],
    ['two lengths', 'content-length: 2\r\ncontent-length: 3'],
    ['a chunk that is none', 'transfer-encoding: chunked'],
    ['headers of 20 KiB', `x: ${'y'.repeat(20_000)}`],
    ['a header with a control character', 'x: \u0001'],
  ])('%s is 400, and the connection is closed', async (_what, header) => {
    const head = `POST /v1/intents HTTP/1.1\r\nhost: x\r\nx-api-key: ${agent.key}\r\n${header}\r\n\r\n`;
    expect(await mesh.raw(`${head}zz`)).toMatch(/^HTTP\/1.1 400 [^]*malformed_request/);
  });

  it.each([
    ['no key', {}],
    ['an empty Authorization', { authorization: '' }],
    ['a key in upper case', { 'x-api-key': `ESTOP_OP_${'A'.repeat(16)}_${'0'.repeat(64)}` }],
    ['odd bytes', { 'x-api-key': 'estop_\u00ff' }],
  ])('%s is 401', async (_what, headers) => {
    const heard = await mesh.ask('POST /v1/intents', { body: intent, headers });
    expect(codeOf(heard)).toBe('401 unauthenticated');
  });

  it('two different keys are 401, the same one twice is one', async () => {
    const asked = (authorization: string) =>
      mesh.ask('GET /v1/mesh/gateways', { key: operator, headers: { authorization } });
    expect(codeOf(await asked(`Bearer ${agent.key}`))).toBe('401 unauthenticated');
    expect((await asked(`Bearer ${operator}`)).status).toBe(200);
    expect((await asked('Bearer of another system')).status).toBe(200);
  });
});
