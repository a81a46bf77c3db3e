import { connect, type AddressInfo } from 'node:net';
import { fastify, type FastifyInstance } from 'fastify';
import { openSse, type Sse } from './sse.js';

describe('openSse over a socket', () => {
  let server: FastifyInstance;
  afterEach(() => server.close());

  const serve = (use: (sse: Sse) => void, bufferBytesMax: number): void => {
    server = fastify({ forceCloseConnections: true });
    server.get('/', (_request, reply) => use(openSse(reply, { bufferBytesMax })));
  };

  it('is over when the client goes', async () => {
    const opened: Sse[] = [];
    serve((sse) => opened.push(sse), 100_000);
    const url = await server.listen({ host: '127.0.0.1', port: 0 });
    const stop = new AbortController();
    await fetch(url, { signal: stop.signal });
    const [sse] = opened;
    const over = new Promise((resolve) => sse?.closed.addEventListener('abort', resolve));
    stop.abort();
    await over;
    expect(sse?.event('late', {})).toBe(false);
  });

  it('disconnects a client that does not read', async () => {
    const opened: Sse[] = [];
    serve((sse) => opened.push(sse), 100_000);
    await server.listen({ host: '127.0.0.1', port: 0 });
    const { port } = server.server.address() as AddressInfo;
    const socket = connect(port, '127.0.0.1');
    socket.pause();
    socket.on('error', () => undefined);
    socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
    while (opened.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const [sse] = opened;
    while (sse?.event('flood', 'x'.repeat(50_000)))
      await new Promise((resolve) => setImmediate(resolve));
    expect(sse?.closed.aborted).toBe(true);
    socket.destroy();
  });
});
