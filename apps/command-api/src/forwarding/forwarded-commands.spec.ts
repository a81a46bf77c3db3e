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
    messaging,
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
