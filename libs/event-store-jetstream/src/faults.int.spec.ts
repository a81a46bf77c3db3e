import type { RunningServer } from '#embedded';
import { decideAndAppend, LogUnavailableError, type Stored } from '#event-store';
import { accept, type Decider } from '#domain';
import { spawnNatsServer, temporaryDirectory, until } from '#testing';
import { counted, type Counted, countedCodec } from '../../event-store/src/example-events.js';
import { connectNats, type Nats } from './connect.js';

const STREAM = 'LOG';

const numbers = (events: readonly Stored<Counted>[]): number[] =>
  events.map(({ decoded }) => (decoded.known ? decoded.event.data.n : NaN));
const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n + 1);

/** What a follower saw. */
const followAll = (nats: Nats, fromSequence = 1) => {
  const seen: Stored<Counted>[] = [];
  const connected: boolean[] = [];
  const following = nats.eventStore(STREAM, countedCodec).follow({
    fromSequence,
    onEvents: (events) => void seen.push(...events),
    onConnected: (is) => void connected.push(is),
  });
  return { following, seen, connected };
};

describe('with the server at hand', () => {
  const dir = temporaryDirectory('faults');
  let server: RunningServer;
  let nats: Nats;
  let other: Nats;

  const connect = (name: string) => connectNats({ servers: server.url, name });
  const consumers = async (): Promise<string[]> =>
    (await nats.link.api<{ consumers: string[] | null }>(`CONSUMER.NAMES.${STREAM}`, {}))
      .consumers ?? [];

  /** Appends until it is acknowledged, as a client with a durable command would. */
  const appendSurely = async (n: number): Promise<void> => {
    const store = nats.eventStore(STREAM, countedCodec);
    for (;;) {
      try {
        await store.append({ subject: 'log.a', event: counted(n) });
        return;
      } catch (error) {
        if (!(error instanceof LogUnavailableError)) throw error;
      }
    }
  };

  const restart = async (): Promise<void> => {
    await server.crash();
    server = await spawnNatsServer({ dir, port: server.port });
  };

  beforeAll(async () => {
    server = await spawnNatsServer({ dir });
    [nats, other] = [await connect('one'), await connect('two')];
  }, 20_000);
  beforeEach(async () => {
    await nats.link.api(`STREAM.CREATE.${STREAM}`, {
      name: STREAM,
      subjects: ['log.>', 'work.>'],
      storage: 'file',
      allow_direct: true,
      allow_atomic: true,
    });
  });
  afterEach(async () => {
    await nats.link.api(`STREAM.DELETE.${STREAM}`, {});
  });
  afterAll(async () => {
    await Promise.all([nats?.close(), other?.close()]);
    await server?.stop();
  });

  it('loses, repeats and reorders nothing when the server is killed while it is written and followed', async () => {
    const { following, seen, connected } = followAll(other);
    const total = 600;
    const writing = (async () => {
      for (const n of upTo(total)) await appendSurely(n);
    })();
    for (const mark of [100, 300]) {
      await until(() => seen.length >= mark, { timeoutMs: 20_000 });
      await restart();
    }
    await writing;
    await until(() => seen.length >= total, { timeoutMs: 20_000 });
    await following.stop();
    expect(numbers(seen)).toEqual(upTo(total));
    expect(seen).toEqual(await nats.eventStore(STREAM, countedCodec).read('log.a'));
    expect(connected).toContain(false);
    expect(connected.at(-1)).toBe(true);
  }, 60_000);

  it('goes on when somebody deletes its consumer, and has one consumer at a time', async () => {
    const { following, seen } = followAll(other);
    await appendSurely(1);
    await until(() => seen.length === 1);
    const [first = ''] = await consumers();
    expect(await consumers()).toHaveLength(1);
    await nats.link.api(`CONSUMER.DELETE.${STREAM}.${first}`, {});
    await appendSurely(2);
    await until(() => seen.length === 2);
    await appendSurely(3);
    await until(() => seen.length === 3);
    expect(numbers(seen)).toEqual([1, 2, 3]);
    expect(await consumers()).toHaveLength(1);
    await following.stop();
    expect(await consumers()).toEqual([]);
  }, 20_000);

  it('does not take holes in the stream for gaps', async () => {
    for (const n of upTo(5)) await appendSurely(n);
    await nats.link.api(`STREAM.MSG.DELETE.${STREAM}`, { seq: 3 });
    const { following, seen } = followAll(other);
    await following.caughtUp;
    await following.stop();
    expect(numbers(seen)).toEqual([1, 2, 4, 5]);
  });

  it('waits for a stream that is not there yet, and says that it waits', async () => {
    await nats.link.api(`STREAM.DELETE.${STREAM}`, {});
    const { following, seen, connected } = followAll(other);
    await until(() => connected.at(-1) === false);
    await nats.link.api(`STREAM.CREATE.${STREAM}`, { name: STREAM, subjects: ['log.>'] });
    await appendSurely(1);
    await until(() => seen.length === 1);
    await following.stop();
    expect(connected).toEqual([false, true]);
  }, 20_000);

  it('waits for the rest when the stream reads shorter than what it has seen', async () => {
    const { following, seen, connected } = followAll(other);
    for (const n of upTo(3)) await appendSurely(n);
    await until(() => seen.length === 3);
    await nats.link.api(`STREAM.DELETE.${STREAM}`, {});
    await nats.link.api(`STREAM.CREATE.${STREAM}`, { name: STREAM, subjects: ['log.>'] });
    await until(() => connected.at(-1) === false, { timeoutMs: 10_000 });
    await appendSurely(11);
    expect(connected.at(-1)).toBe(false);
    for (const n of [12, 13]) await appendSurely(n);
    await until(() => connected.at(-1) === true, { timeoutMs: 10_000 });
    await following.stop();
    expect(numbers(seen)).toEqual([1, 2, 3]);
  }, 30_000);

  it('holds back a server that sends faster than its handler works', async () => {
    const text = 'x'.repeat(20_000);
    const store = nats.eventStore(STREAM, countedCodec);
    const numbered = upTo(1_000);
    // By the hundred: a slow disk must not make an append wait longer than it may.
    for (let first = 0; first < numbered.length; first += 100) {
      const hundred = numbered.slice(first, first + 100);
      await Promise.all(
        hundred.map((n) => store.append({ subject: 'log.a', event: counted(n, { text }) })),
      );
    }
    const seen: number[] = [];
    const following = other.eventStore(STREAM, countedCodec).follow({
      batchMax: 20,
      onEvents: async (events) => {
        await new Promise((resolve) => setImmediate(resolve));
        seen.push(...numbers(events));
      },
    });
    await following.caughtUp;
    await following.stop();
    expect(seen).toHaveLength(1_000);
    expect(new Set(seen).size).toBe(1_000);
  }, 30_000);

  it('notices a server that hangs, and goes on when it wakes', async () => {
    const { following, seen, connected } = followAll(other);
    await following.caughtUp;
    process.kill(server.pid, 'SIGSTOP');
    try {
      await until(() => connected.at(-1) === false, { timeoutMs: 3_000 });
      const refused = nats.eventStore(STREAM, countedCodec).append({
        subject: 'log.a',
        event: counted(1),
      });
      await expect(refused).rejects.toBeInstanceOf(LogUnavailableError);
    } finally {
      process.kill(server.pid, 'SIGCONT');
    }
    await appendSurely(1);
    await until(() => seen.length === 1, { timeoutMs: 10_000 });
    expect(numbers(seen)).toEqual([1]);
    await following.stop();
  }, 30_000);

  it('does not call an append refused when an earlier try of it may have been stored', async () => {
    let tries = 0;
    process.kill(server.pid, 'SIGSTOP');
    const outcome = nats
      .eventStore(STREAM, countedCodec)
      .append({ subject: 'log.a', event: counted(1) }, (send) => {
        tries += 1;
        if (tries > 1) throw new RangeError('stopped meanwhile');
        return send();
      })
      .catch((error: unknown) => error);
    await until(() => tries === 1);
    await restart();
    expect(await outcome).toBeInstanceOf(LogUnavailableError);
    expect(tries).toBe(2);
  }, 30_000);

  it('lets writers on several connections count without losing one', async () => {
    const decider: Decider<number, 'add', number, never> = {
      decide: (_command, at) => accept(at + 1),
      evolve: (_at, n) => n,
      initialState: 0,
    };
    let made = 0;
    const add = async (from: Nats): Promise<void> => {
      for (;;) {
        try {
          await decideAndAppend({
            store: from.eventStore(STREAM, countedCodec),
            decider,
            subject: 'log.counter',
            command: 'add',
            toRecorded: (n) => counted(n, { salt: ++made }),
            toFact: (event: Counted) => event.data.n,
          });
          return;
        } catch (error) {
          if ((error as { code?: string }).code !== 'WRONG_SEQUENCE') throw error;
        }
      }
    };
    await Promise.all(upTo(40).map((n) => add(n % 2 ? nats : other)));
    const stored = await nats.eventStore(STREAM, countedCodec).read('log.counter');
    expect(numbers(stored)).toEqual(upTo(40));
  }, 30_000);

  it('keeps work over a server that is killed and a taker that vanishes', async () => {
    const options = { name: 'work', filter: 'work.*', visibilityMs: 500 };
    const vanishing = await connect('vanishing');
    const doomed = await vanishing.workQueues(STREAM, countedCodec).open(options);
    const store = nats.eventStore(STREAM, countedCodec);
    for (const n of upTo(3)) await store.append({ subject: `work.${n}`, event: counted(n) });
    const [item] = await doomed.take(1, 1_000);
    await vanishing.close();
    await restart();

    const queues = other.workQueues(STREAM, countedCodec);
    const queue = await queues.open(options);
    const done: number[] = [];
    while (done.length < 3) {
      for (const taken of await queue.take(5, 2_000)) {
        done.push(...numbers([taken.stored]));
        await queues.settle(taken.token, 'done');
      }
    }
    expect(numbers(item ? [item.stored] : [])).toEqual([1]);
    expect(done.toSorted()).toEqual([1, 2, 3]);
    expect(await queue.backlog()).toEqual({ waiting: 0, inHand: 0 });
  }, 30_000);

  it('takes on when the server comes back in the middle of waiting for work', async () => {
    const queue = await other
      .workQueues(STREAM, countedCodec)
      .open({ name: 'work', filter: 'work.*' });
    const taking = queue.take(1, 20_000);
    await restart();
    await nats.link.whenConnected(10_000);
    await nats.eventStore(STREAM, countedCodec).append({ subject: 'work.1', event: counted(1) });
    expect(numbers((await taking).map(({ stored }) => stored))).toEqual([1]);
  }, 30_000);

  it('refuses an event that the server would not take, and says how to mend it', async () => {
    const text = 'x'.repeat(5_000_000);
    const append = nats
      .eventStore(STREAM, countedCodec)
      .append({ subject: 'log.a', event: counted(1, { text }) });
    await expect(append).rejects.toThrow(
      /the server takes \d+: make it smaller or raise max_payload/,
    );
  });
});
