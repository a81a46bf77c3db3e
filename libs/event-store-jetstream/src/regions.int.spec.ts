import type { RunningServer } from '#embedded';
import { freePort } from '#embedded';
import { spawnNatsServer, temporaryDirectory, until } from '#testing';
import { counted, countedCodec } from '../../event-store/src/example-events.js';
import { connectNats, type Nats, type NatsOptions } from './connect.js';
import { provisionStreams } from './provision.js';

const INBOX = '_INBOX.own';
/** May say anything, and hear only its own inbox and what is said to all. */
const CONFINED = `authorization { users: [
  { user: "admin", password: "x" },
  { user: "own", password: "x", permissions: { publish: ">", subscribe: ["${INBOX}.>", "live.>"] } }
] }`;

const jetStream = (domain: string): string =>
  `jetstream { store_dir: ${JSON.stringify(temporaryDirectory(domain))}, domain: ${domain} }`;

/** All that this library does, each in its way to ask and to be answered. */
const useEverything = async (nats: Nats): Promise<void> => {
  const store = nats.eventStore('INTENTS', countedCodec);
  const { sequence } = await store.append({ subject: 'intent.a', event: counted(1) });
  await store.appendAll([2, 3].map((n) => ({ subject: 'intent.a', event: counted(n) })));
  expect(await store.lastSequence()).toBe(sequence + 2);
  expect(await store.read('intent.>')).toHaveLength(3);
  expect((await store.first('intent.a'))?.sequence).toBe(sequence);
  const followed: number[] = [];
  const following = store.follow({ onEvents: (events) => void followed.push(events.length) });
  await following.caughtUp;
  await following.stop();
  expect(followed.reduce((sum, count) => sum + count, 0)).toBe(3);
  await useQueue(nats);
  await store.forget('intent.a');

  const kv = nats.keyValue('IDEMPOTENCY');
  const made = await kv.create('key', 'value');
  expect(await kv.get('key')).toEqual({ value: 'value', revision: made?.revision });
  await useRawLog(nats);
  await useMessaging(nats);
};

const useQueue = async (nats: Nats): Promise<void> => {
  const queues = nats.workQueues('INTENTS', countedCodec);
  const queue = await queues.open({ name: 'queue', filter: 'intent.*' });
  const items = await queue.take(3, 5_000);
  for (const { token } of items) await queues.settle(token, 'done');
  expect([items.length, await queue.backlog()]).toEqual([3, { waiting: 0, inHand: 0 }]);
};

const useRawLog = async (nats: Nats): Promise<void> => {
  const log = nats.rawLog('CONTROL');
  const seen: string[] = [];
  const following = log.follow({
    filters: ['control.>', 'echo.>'],
    from: () => 1,
    onSubscribed: () => undefined,
    onDelivery: ({ text }) => void seen.push(text),
  });
  const request = { messageId: null, expectLastSubjectSequence: null };
  await log.append({ ...request, subject: 'control.a', text: 'order' });
  await log.append({ ...request, subject: 'echo.a', text: 'echo', ttlSeconds: 5 });
  await until(() => seen.length === 2);
  await following.stop();
  expect(seen).toEqual(['order', 'echo']);
};

const useMessaging = async (nats: Nats): Promise<void> => {
  const messaging = nats.messaging();
  const { stop } = messaging.subscribe('live.question', (message) => message.respond('yes'));
  await messaging.flush();
  const answer = await messaging.request('live.question', '?', 2_000);
  stop();
  expect(new TextDecoder().decode(answer)).toBe('yes');
};

describe('a user that may listen to its own inboxes only', () => {
  let server: RunningServer;
  const connect = (user: string, more: Partial<NatsOptions> = {}) =>
    connectNats({ servers: server.url, user, password: 'x', name: user, ...more });
  beforeAll(async () => {
    server = await spawnNatsServer({ config: CONFINED });
  }, 20_000);
  afterAll(() => server?.stop());

  it('does all it has to with the prefix that it was given, and nothing without', async () => {
    const admin = await connect('admin');
    const own = await connect('own', { inboxPrefix: INBOX });
    const other = await connect('own', { inboxPrefix: '_INBOX.other', timeoutMs: 300 });
    try {
      await provisionStreams(admin, { replicas: 1 });
      await useEverything(own);
      await expect(other.eventStore('INTENTS', countedCodec).lastSequence()).rejects.toThrow();
    } finally {
      await Promise.all([admin.close(), own.close(), other.close()]);
    }
  }, 20_000);
});

describe('a service in a region behind a leaf node', () => {
  let hub: RunningServer;
  let leaf: RunningServer;
  let port: number;
  const leafConfig = () => `server_name: "leaf"
    ${jetStream('region')}
    leafnodes { reconnect: "100ms", remotes: [{ url: "nats://127.0.0.1:${port}" }] }`;

  beforeAll(async () => {
    port = await freePort();
    hub = await spawnNatsServer({
      config: `${jetStream('hub')}\nleafnodes { host: "127.0.0.1", port: ${port} }`,
    });
    leaf = await spawnNatsServer({ config: leafConfig() });
    const admin = await connectNats({ servers: hub.url, name: 'admin' });
    await provisionStreams(admin, { replicas: 1 });
    await admin.close();
  }, 30_000);
  afterAll(async () => {
    await leaf?.stop();
    await hub?.stop();
  });

  const inRegion = (servers: readonly string[]) =>
    connectNats({ servers, name: 'region', jetStreamDomain: 'hub', inboxPrefix: INBOX });

  it('does all it has to with the streams of the hub', async () => {
    const nats = await inRegion([leaf.url]);
    try {
      const reachesHub = () => nats.eventStore('CONTROL', countedCodec).lastSequence();
      await until(
        () =>
          reachesHub().then(
            () => true,
            () => false,
          ),
        { timeoutMs: 10_000 },
      );
      await useEverything(nats);
    } finally {
      await nats.close();
    }
  }, 20_000);

  it('goes on at its other endpoint when the one it is connected to dies', async () => {
    const nats = await inRegion([leaf.url, hub.url]);
    const admin = await connectNats({ servers: hub.url, name: 'admin' });
    const heard: string[] = [];
    nats.messaging().subscribe('live.order.*', (message) => void heard.push(message.text()));
    try {
      await nats.messaging().flush();
      await leaf.crash();
      let n = 0;
      // Whichever of the two it was on: in the end it is on the hub.
      await until(() => {
        n += 1;
        admin.messaging().publish('live.order.a', `${n}`);
        return heard.length > 0 && nats.connected();
      });
      const log = nats.rawLog('CONTROL');
      const stored = await log.append({
        subject: 'control.b',
        text: '',
        messageId: null,
        expectLastSubjectSequence: 0,
      });
      expect(stored.duplicate).toBe(false);
    } finally {
      await Promise.all([nats.close(), admin.close()]);
    }
  }, 20_000);
});
