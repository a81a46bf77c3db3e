import type { RunningServer } from '#embedded';
import { EventTooLargeError, LogRefusedError, LogUnavailableError } from '#event-store';
import { spawnNatsServer, temporaryDirectory, until } from '#testing';
import { rawLogContract } from '../../event-store/src/raw-log.contract.js';
import { connectNats, type Nats } from './connect.js';

interface Consumers {
  readonly consumers: string[] | null;
}

describe('JetStreamRawLog', () => {
  const dir = temporaryDirectory('raw-log');
  let server: RunningServer;
  let nats: Nats;
  let admin: Nats;
  let stream: string;
  let made = 0;

  const newStream = async (): Promise<string> => {
    stream = `LOG${++made}`;
    await admin.link.api(`STREAM.CREATE.${stream}`, {
      name: stream,
      subjects: [`${stream}.>`],
      storage: 'file',
      allow_msg_ttl: true,
      deny_delete: true,
      deny_purge: true,
    });
    return stream;
  };
  const consumers = async (): Promise<string[]> =>
    (await admin.link.api<Consumers>(`CONSUMER.NAMES.${stream}`, {})).consumers ?? [];
  const messages = async (): Promise<number> =>
    (await admin.link.api<{ state: { messages: number } }>(`STREAM.INFO.${stream}`, {})).state
      .messages;
  const request = (text: string) => ({
    subject: `${stream}.a`,
    text,
    messageId: null,
    expectLastSubjectSequence: null,
  });

  /** Stops the server's process; a signal takes a moment to reach all its threads. */
  const hang = async (): Promise<void> => {
    process.kill(server.pid, 'SIGSTOP');
    const answers = () => admin.link.api('INFO', {}, { timeoutMs: 50 });
    await until(() =>
      answers().then(
        () => false,
        () => true,
      ),
    );
  };

  beforeAll(async () => {
    server = await spawnNatsServer({ dir });
    nats = await connectNats({ servers: server.url, name: 'raw' });
    admin = await connectNats({ servers: server.url, name: 'admin', timeoutMs: 10_000 });
  }, 20_000);
  afterEach(() => admin.link.api(`STREAM.DELETE.${stream}`, {}));
  afterAll(async () => {
    await Promise.all([nats?.close(), admin?.close()]);
    await server?.stop();
  });

  rawLogContract(async () => ({
    log: nats.rawLog(await newStream()),
    root: stream,
    cut: async () => {
      await server.crash();
      await until(() => !nats.connected());
    },
    heal: async () => {
      server = await spawnNatsServer({ dir, port: server.port });
      await until(() => nats.connected() && admin.connected());
    },
    deleteConsumers: async () => {
      for (const name of await consumers()) {
        await admin.link.api(`CONSUMER.DELETE.${stream}.${name}`, {});
      }
    },
    consumers: async () => (await consumers()).length,
    expire: async () => {
      const before = await messages();
      await until(async () => (await messages()) < before, { timeoutMs: 10_000 });
    },
  }));

  /** What a follower is told, with the time since the start. */
  const follow = () => {
    const seen: string[] = [];
    const connected: { is: boolean; atMs: number }[] = [];
    const following = nats.rawLog(stream).follow({
      filters: [],
      from: () => seen.length + 1,
      onSubscribed: () => undefined,
      onDelivery: ({ text }) => void seen.push(text),
      onConnected: (is) => void connected.push({ is, atMs: performance.now() }),
    });
    return { seen, connected, following };
  };

  it('notices a server that hangs within a second and a half, and goes on when it wakes', async () => {
    await newStream();
    const { seen, connected, following } = follow();
    await until(() => connected.length === 1);
    process.kill(server.pid, 'SIGSTOP');
    const stoppedMs = performance.now();
    try {
      await until(() => connected.at(-1)?.is === false, { timeoutMs: 3_000 });
      expect((connected.at(-1)?.atMs ?? 0) - stoppedMs).toBeLessThan(1_500);
      const refused = nats.rawLog(stream).append({ ...request('lost'), timeoutMs: 200 });
      await expect(refused).rejects.toBeInstanceOf(LogUnavailableError);
    } finally {
      process.kill(server.pid, 'SIGCONT');
    }
    await until(() => connected.at(-1)?.is === true, { timeoutMs: 10_000 });
    // The append that nobody acknowledged may be stored all the same.
    await until(async () => (await messages()) === 1 && seen.length === 1);
    expect(await consumers()).toHaveLength(1);
    await following.stop();
    expect(await consumers()).toEqual([]);
  }, 30_000);

  it('takes a thousand deliveries at once, which needs flow control to be answered', async () => {
    await newStream();
    const text = 'x'.repeat(50_000);
    for (let batch = 0; batch < 10; batch += 1) {
      const appends = Array.from({ length: 100 }, () => nats.rawLog(stream).append(request(text)));
      await Promise.all(appends);
    }
    const { seen, following } = follow();
    await until(() => seen.length === 1_000, { timeoutMs: 20_000 });
    await following.stop();
  }, 40_000);

  it('sends a request once and never again', async () => {
    await newStream();
    await hang();
    try {
      const refused = nats.rawLog(stream).append({ ...request('once'), timeoutMs: 300 });
      await expect(refused).rejects.toBeInstanceOf(LogUnavailableError);
    } finally {
      process.kill(server.pid, 'SIGCONT');
    }
    await until(async () => (await messages()) > 0, { timeoutMs: 10_000 });
    await nats.rawLog(stream).append(request('after'));
    expect(await messages()).toBe(2);
  }, 30_000);

  it('fails an append at once when the connection breaks under it', async () => {
    await newStream();
    await hang();
    const refused = nats.rawLog(stream).append({ ...request('cut'), timeoutMs: 60_000 });
    await server.crash();
    await expect(refused).rejects.toBeInstanceOf(LogUnavailableError);
    server = await spawnNatsServer({ dir, port: server.port });
    await until(() => nats.connected() && admin.connected());
  }, 20_000);

  it('leaves one consumer behind at most, however often its connection breaks', async () => {
    await newStream();
    const { seen, following, connected } = follow();
    for (const n of [1, 2, 3, 4, 5, 6]) {
      await until(() => connected.at(-1)?.is === true, { timeoutMs: 10_000 });
      await nats.link.nc.reconnect();
      await until(() => nats.connected());
      await until(async () => (await nats.rawLog(stream).append(request(`${n}`))).sequence > 0);
      await until(() => seen.includes(`${n}`), { timeoutMs: 10_000 });
      expect((await consumers()).length).toBeLessThanOrEqual(1);
    }
    await following.stop();
    expect(await consumers()).toEqual([]);
  }, 30_000);

  it('waits for a stream that is not there yet', async () => {
    await newStream();
    await admin.link.api(`STREAM.DELETE.${stream}`, {});
    const { seen, connected, following } = follow();
    await until(() => connected.at(-1)?.is === false);
    const append = nats.rawLog(stream).append(request('nowhere'));
    await expect(append).rejects.toBeInstanceOf(LogUnavailableError);
    made -= 1;
    await newStream();
    await nats.rawLog(stream).append(request('1'));
    await until(() => seen.length === 1);
    await following.stop();
  });

  it('refuses what the server does not take', async () => {
    await newStream();
    const large = nats.rawLog(stream).append(request('x'.repeat(5_000_000)));
    await expect(large).rejects.toBeInstanceOf(EventTooLargeError);
    const other = nats.rawLog('OTHER').append(request('1'));
    await expect(other).rejects.toBeInstanceOf(LogRefusedError);
  });
});
