import { fastify, type FastifyInstance } from 'fastify';
import { openSse, sseFrame, type Sse } from './sse.js';

describe('sseFrame', () => {
  it('is an event line, one data line and a blank line', () => {
    expect(sseFrame('intent.created', { text: 'a\nb' })).toBe(
      'event: intent.created\ndata: {"text":"a\\nb"}\n\n',
    );
  });

  it('begins with the id where one is given', () => {
    expect(sseFrame('x', {}, 7)).toBe('id: 7\nevent: x\ndata: {}\n\n');
  });

  it('lets no name break the frame', () => {
    expect(sseFrame('x\ndata: forged', {}, '1\n2')).toBe(
      'id: 1 2\nevent: x data: forged\ndata: {}\n\n',
    );
  });
});

describe('openSse', () => {
  let server: FastifyInstance;
  afterEach(() => server.close());

  const serve = (use: (sse: Sse) => void): void => {
    server = fastify({ forceCloseConnections: true });
    server.get('/', (_request, reply) => {
      void reply.header('x-trace-id', 't');
      use(openSse(reply));
    });
  };

  it('sends the head of a stream, the headers set before, and the frames', async () => {
    serve((sse) => {
      sse.comment('open');
      sse.event('a', { n: 1 }, 1);
      sse.close();
      expect(sse.event('b', {})).toBe(false);
    });
    const { headers, body } = await server.inject('/');
    expect(headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      'x-trace-id': 't',
    });
    expect(body).toBe(': open\n\nid: 1\nevent: a\ndata: {"n":1}\n\n');
  });
});
