import { connect, type AddressInfo } from 'node:net';
import { ExampleRim, keyFor, Stop } from './example-rim.js';
import { listen } from './listen.js';

const KILL = '/v1/mesh/agents/addr_x/kill';

describe('the server on a socket', () => {
  let rim: ExampleRim;
  let url: string;
  beforeEach(async () => {
    rim = new ExampleRim([[Stop, () => ({ ok: true })]]);
    url = await listen(rim.server, { port: 0 });
  });
  afterEach(() => rim.server.close());

  const raw = (text: string): Promise<string> => {
    const { port } = rim.server.server.address() as AddressInfo;
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    return new Promise((resolve, reject) => {
      let answer = '';
      socket.on('data', (chunk) => (answer += chunk.toString()));
      socket.on('close', () => resolve(answer));
      socket.on('error', reject);
    });
  };

  it('refuses a chunked body above 1 MiB as soon as it is one', async () => {
    const chunk = new Uint8Array(300_000).fill(32);
    const body = new ReadableStream({
      start: (controller) => {
        for (let sent = 0; sent < 4; sent += 1) controller.enqueue(chunk);
        controller.close();
      },
    });
    const headers = { ...keyFor('operator'), 'content-type': 'application/json' };
    const answer = await fetch(url + KILL, {
      method: 'POST',
      headers,
      body,
      duplex: 'half',
    } as RequestInit);
    expect(answer.status).toBe(413);
    expect(await answer.json()).toMatchObject({ error: { code: 'payload_too_large' } });
  });

  it('lets a client that is still sending a large body read why it was refused', async () => {
    const headers = { ...keyFor('operator'), 'content-type': 'application/json' };
    const body = ' '.repeat(6_000_000);
    for (let round = 0; round < 5; round += 1) {
      const answer = await fetch(url + KILL, { method: 'POST', headers, body });
      expect([answer.status, await answer.json()]).toMatchObject([
        413,
        { error: { code: 'payload_too_large' } },
      ]);
    }
  });

  it('takes an empty chunked body as none', async () => {
    const headers = { ...keyFor('operator'), 'content-type': 'application/json' };
    const body = new ReadableStream({ start: (controller) => controller.close() });
    const answer = await fetch(url + KILL, {
      method: 'POST',
      headers,
      body,
      duplex: 'half',
    } as RequestInit);
    expect(answer.status).toBe(200);
  });

  it.each([
    ['what is not HTTP', 'hello\r\n\r\n'],
    ['headers above 16 KiB', `GET / HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`],
  ])('answers %s with a problem, and closes', async (_what, text) => {
    const answer = await raw(text);
    expect(answer).toContain('HTTP/1.1 400');
    expect(answer).toContain('application/problem+json');
    expect(answer).toContain('"code":"malformed_request"');
  });

  it('names the port that is taken', async () => {
    const { port } = rim.server.server.address() as AddressInfo;
    const other = new ExampleRim([]);
    await expect(listen(other.server, { port })).rejects.toThrow(
      `cannot listen on 127.0.0.1:${port}: another process listens there; choose another port`,
    );
    await other.server.close();
  });
});
