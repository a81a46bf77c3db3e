import { ForwardedAnswer, live } from '#contracts';
import type { Message, Messaging } from '#event-store';
import { createHttpServer, createLogger, createMetrics } from '#platform';
import { ForwardedCommands } from './forwarded-commands.js';

const LIMIT_CHARACTERS = 2000;

/** Hands one request over, through servers that take so many characters a message. */
const forward = async (url: string): Promise<ForwardedAnswer> => {
  const log = createLogger({ service: 'spec', level: 'silent' });
  const metrics = createMetrics('spec', { processDefaults: false });
  const server = createHttpServer({ service: 'spec', log, metrics });
  server.get('/large', () => ({ text: 'x'.repeat(LIMIT_CHARACTERS) }));
  server.get('/small', () => ({ text: 'x' }));
  let handler: (message: Message) => void = () => undefined;
  const messaging = {
    subscribe: (_subject: string, onMessage: (message: Message) => void) => {
      handler = onMessage;
      return { stop: () => undefined };
    },
  } as unknown as Messaging;
  new ForwardedCommands({
    messaging: [messaging],
    server,
    logger: log,
    barrier: async () => undefined,
  }).listen();
  const text = await new Promise<string>((resolve) => {
    const request = JSON.stringify({ method: 'GET', url, headers: {}, bodyBase64: null });
    handler({
      subject: live.command,
      body: Buffer.from(request),
      trace: {},
      text: () => request,
      respond: (body) => {
        if (body.length > LIMIT_CHARACTERS) throw new Error('max_payload exceeded');
        resolve(String(body));
      },
    });
  });
  await server.close();
  return ForwardedAnswer.parse(JSON.parse(text));
};

it('an answer that is too large for a message says so', async () => {
  expect(await forward('/small')).toMatchObject({ status: 200 });
  const answer = await forward('/large');
  expect(answer.status).toBe(413);
  expect(Buffer.from(answer.bodyBase64 ?? '', 'base64').toString()).toContain('payload_too_large');
});

it.each(['/v1/mesh/stream', '/v1/mesh/./stream', '/v1/mesh/x/../stream', '/v1/mesh\\stream'])(
  'a stream is not forwarded, however its path is spelt: %s',
  async (url) => {
    const answer = await forward(url);
    expect(answer.status).toBe(404);
    expect(Buffer.from(answer.bodyBase64 ?? '', 'base64').toString()).toContain('A stream cannot');
  },
);

describe('under load', () => {
  /** 1000 requests that never end, then one more: how that is answered. */
  const pressed = async (method: string, url: string): Promise<number> => {
    const log = createLogger({ service: 'spec', level: 'silent' });
    const metrics = createMetrics('spec', { processDefaults: false });
    const server = createHttpServer({ service: 'spec', log, metrics });
    const waiting: (() => void)[] = [];
    server.get('/slow', () => new Promise((resolve) => waiting.push(() => resolve({}))));
    server.post('/v1/*', () => ({}));
    server.get('/quick', () => ({}));
    let handler: (message: Message) => void = () => undefined;
    const subscribe = (_subject: string, onMessage: (message: Message) => void) => {
      handler = onMessage;
      return { stop: () => undefined };
    };
    const messaging = { subscribe } as unknown as Messaging;
    const barrier = async (): Promise<void> => undefined;
    new ForwardedCommands({ messaging: [messaging], server, logger: log, barrier }).listen();
    const ask = (as: { method: string; url: string }): Promise<number> =>
      new Promise((resolve) => {
        const text = JSON.stringify({ ...as, headers: {}, bodyBase64: null });
        const respond = (body: Uint8Array | string): void =>
          resolve((JSON.parse(String(body)) as { status: number }).status);
        const message = { subject: live.command, body: Buffer.from(text), trace: {}, respond };
        handler({ ...message, text: () => text });
      });
    const slow = Array.from({ length: 1000 }, () => ask({ method: 'GET', url: '/slow' }));
    const status = await ask({ method, url });
    while (waiting.length < 1000) await new Promise((resolve) => setImmediate(resolve));
    for (const end of waiting) end();
    await Promise.all(slow);
    await server.close();
    return status;
  };

  it.each([
    ['POST', '/v1/mesh/stops', 200],
    ['POST', '/v1/mesh/agents/agent%3A%2F%2Facme%2Fprod%2Frogue/kill', 200],
    ['POST', '/v1/mesh/agents/addr_x/drain', 200],
    ['POST', '/v1/sessions/s-1/kill', 200],
    ['POST', '/v1/mesh/drills', 503],
    ['GET', '/quick', 503],
  ])('%s %s is answered %i: stops are never refused for it', async (method, url, status) =>
    expect(await pressed(method, url)).toBe(status),
  );
});
