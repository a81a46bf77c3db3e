import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { until } from '#testing';
import { ForbiddenTarget, Outbound, type Resolve } from './outbound-post.js';
import { AllowList, targetsWith } from './targets.js';

let server: Server;
let port: number;
let status = 200;
let headers: Record<string, string> = {};
const heard: string[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString()));
    request.on('end', () => {
      heard.push(`${request.method} ${request.headers.host} ${body}`);
      if (status !== 0) response.writeHead(status, headers).end('said');
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  ({ port } = server.address() as AddressInfo);
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  [status, headers] = [200, {}];
  heard.length = 0;
});

const to = (host: string, outbound: Outbound, timeoutMs = 2000) =>
  outbound.post({ url: `http://${host}:${port}/hook`, headers: {}, body: '{"a":1}', timeoutMs });

const allowing = (allow: string, resolve?: Resolve): Outbound =>
  new Outbound(targetsWith(AllowList.parse(allow)), resolve);
const names: Resolve = (host) =>
  Promise.resolve(
    host === 'both.example'
      ? [
          { address: '93.184.216.34', family: 4 },
          { address: '127.0.0.1', family: 4 },
        ]
      : [{ address: '127.0.0.1', family: 4 }],
  );

const refusal = async (asked: Promise<unknown>): Promise<Error> => {
  try {
    await asked;
  } catch (error) {
    return error as Error;
  }
  throw new Error('it was not refused');
};

it.each(['127.0.0.1/32', '127.0.0.0/8', '127.0.0.1', 'localhost,127.0.0.1'])(
  'posts to what %s allows',
  async (allow) => {
    expect(await to('127.0.0.1', allowing(allow))).toEqual({
      status: 200,
      retryAfterSeconds: null,
    });
    expect(heard).toEqual([`POST 127.0.0.1:${port} {"a":1}`]);
  },
);

it('posts to a name that is allowed, whatever it stands for', async () =>
  expect(await to('hooks.intern', allowing('hooks.intern', names))).toMatchObject({ status: 200 }));

it.each([
  '127.0.0.1',
  'localhost',
  '2130706433',
  '0x7f.1',
  '[::1]',
  '[::ffff:127.0.0.1]',
  '0.0.0.0',
])('does not even connect to %s unless that is allowed', async (host) => {
  const error = await refusal(to(host, allowing('')));
  expect(error).toBeInstanceOf(ForbiddenTarget);
  expect(error.message).toContain('ESTOP_WEBHOOK_ALLOW');
  expect(heard).toEqual([]);
});

it.each(['rebound.example', 'both.example'])(
  'does not connect to a name that stands for an address within: %s',
  async (host) => {
    expect(await refusal(to(host, allowing('', names)))).toBeInstanceOf(ForbiddenTarget);
    expect(heard).toEqual([]);
  },
);

it('asks for the name once, and connects to nothing else than what it checked', async () => {
  let asked = 0;
  // The second answer would be another: the way of a name that is rebound.
  const rebinding: Resolve = () =>
    Promise.resolve([{ address: (asked += 1) === 1 ? '127.0.0.1' : '169.254.169.254', family: 4 }]);
  expect(await to('rebinding.example', allowing('127.0.0.1', rebinding))).toMatchObject({
    status: 200,
  });
  expect(asked).toBe(1);
});

it('follows no redirect', async () => {
  [status, headers] = [302, { location: `http://127.0.0.1:${port}/elsewhere` }];
  expect(await to('127.0.0.1', allowing('127.0.0.1'))).toMatchObject({ status: 302 });
  expect(heard).toHaveLength(1);
});

it('tells when it is asked to wait', async () => {
  [status, headers] = [429, { 'retry-after': '120' }];
  expect(await to('127.0.0.1', allowing('127.0.0.1'))).toEqual({
    status: 429,
    retryAfterSeconds: 120,
  });
});

it('does not read an answer to its end that has none', async () => {
  let cut = false;
  const endless = createServer((_request, response) => {
    response.writeHead(200);
    const more = (): void => {
      if (!response.destroyed) response.write('x'.repeat(16_384), () => setImmediate(more));
    };
    response.on('close', () => (cut = true));
    more();
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => endless.once('listening', resolve));
  const { port: there } = endless.address() as AddressInfo;
  const url = `http://127.0.0.1:${there}/`;
  const answer = await allowing('127.0.0.1').post({
    url,
    headers: {},
    body: '{}',
    timeoutMs: 5000,
  });
  expect(answer.status).toBe(200);
  await until(() => cut);
  await new Promise((resolve) => endless.close(resolve));
});

it('gives up on a receiver that does not answer in time', async () => {
  status = 0;
  const error = await refusal(to('127.0.0.1', allowing('127.0.0.1'), 100));
  expect(error.message).toBe('no answer within 0.1 s');
});

it.each(['10.0.0.0/33', '10.0.0.0/8/8', 'a b', 'http://x', '300.1.1.1', 'fe80::1%eth0'])(
  'refuses %s as a setting',
  (entry) => expect(AllowList.safeParse(entry).success).toBe(false),
);
