import { freePort, type RunningServer } from '#embedded';
import { LogUnavailableError } from '#event-store';
import { spawnNatsServer, until } from '#testing';
import { connectNats } from './connect.js';
import { Ways } from './ways.js';

const RENEWAL_MS = 150;
/** What a gateway admits without another proof. */
const LEASE_MS = 700;
/** A stop must be everywhere within 250 ms; what is said is under way for a moment. */
const SOON_MS = 250;

const clusterOf = async (count: number): Promise<RunningServer[]> => {
  const ports: number[] = [];
  for (let at = 0; at < count; at += 1) ports.push(await freePort());
  const routes = JSON.stringify(ports.map((port) => `nats://127.0.0.1:${port}`));
  return Promise.all(
    ports.map((port, at) =>
      spawnNatsServer({
        name: `s${at}`,
        jetStream: false,
        config: `cluster { name: "ways", host: "127.0.0.1", port: ${port}, routes: ${routes} }`,
      }),
    ),
  );
};

/** Whether what is said at each of the servers is heard at each. */
const areOne = async (servers: readonly RunningServer[]): Promise<void> => {
  const probes = await Promise.all(
    servers.map(({ url }, at) => connectNats({ servers: [url], onlyThese: true, name: `${at}` })),
  );
  const heard = new Set<string>();
  probes.forEach((probe, at) =>
    probe.messaging().subscribe('probe', (message) => void heard.add(`${message.text()}>${at}`)),
  );
  await until(() => {
    probes.forEach((probe, at) => probe.messaging().publish('probe', `${at}`));
    return heard.size === servers.length ** 2;
  });
  await Promise.all(probes.map((probe) => probe.close()));
};

const frozen = async (server: RunningServer, meanwhile: () => Promise<void>): Promise<void> => {
  process.kill(server.pid, 'SIGSTOP');
  try {
    await meanwhile();
  } finally {
    process.kill(server.pid, 'SIGCONT');
  }
};

describe('two who speak over three servers', () => {
  let servers: RunningServer[];
  let node: Ways;
  let gateway: Ways;
  let heard: Map<string, number>;

  const say = (text: string): void => node.messaging().publish('live.order.n', text);
  beforeAll(async () => {
    servers = await clusterOf(3);
    await areOne(servers);
  }, 30_000);
  beforeEach(async () => {
    heard = new Map();
    const urls = servers.map(({ url }) => url);
    const isRepeated = (subject: string): boolean => subject === 'live.renewal.g';
    [node, gateway] = await Promise.all([
      Ways.open({ servers: urls, name: 'node', pingIntervalMs: 150 }),
      Ways.open({ servers: urls, name: 'gateway', pingIntervalMs: 150, isRepeated }),
    ]);
    gateway
      .messaging()
      .subscribe('live.order.*', (message) => void heard.set(message.text(), performance.now()));
    await gateway.messaging().flush();
    let n = 0;
    await until(() => {
      say(`first ${(n += 1)}`);
      return heard.size > 0;
    });
  }, 20_000);
  afterEach(() => Promise.all([node.close(), gateway.close()]));
  afterAll(() => Promise.all(servers.map((server) => server.stop())));

  it.each([0, 1, 2])(
    'hear each other at once while server %i stands still',
    (at) =>
      frozen(servers[at] as RunningServer, async () => {
        const saidMs = performance.now();
        say('stop');
        await until(() => heard.has('stop'));
        expect((heard.get('stop') ?? Infinity) - saidMs).toBeLessThan(SOON_MS);
      }),
    20_000,
  );

  it.each([0, 1, 2])(
    'go on being answered before a lease is over when server %i freezes between two renewals',
    async (at) => {
      node.messaging().subscribe('live.renewal.g', (message) => say(`answer ${message.text()}`));
      await node.messaging().flush();
      let sent = 0;
      const renew = (): void => gateway.messaging().publish('live.renewal.g', `${(sent += 1)}`);
      const renewing = setInterval(renew, RENEWAL_MS);
      const answers = (): number[] =>
        [...heard].filter(([text]) => text.startsWith('answer')).map(([, ms]) => ms);
      try {
        await until(() => answers().length > 2);
        await frozen(servers[at] as RunningServer, async () => {
          const before = answers().length;
          await until(() => answers().length > before + 2);
        });
      } finally {
        clearInterval(renewing);
      }
      const gaps = answers().map((ms, n, all) => ms - (all[n - 1] ?? ms));
      expect(Math.max(...gaps)).toBeLessThan(LEASE_MS);
    },
    20_000,
  );

  it('speak from the start while one server is down', async () => {
    const [first] = servers as [RunningServer];
    const gone = `nats://127.0.0.1:${await freePort()}`;
    const late = await Ways.open({ servers: [gone, first.url], name: 'late' });
    const listening: string[] = [];
    late.messaging().subscribe('live.order.*', (message) => void listening.push(message.text()));
    await late.messaging().flush();
    say('hello');
    await until(() => listening.includes('hello'));
    expect(late.connected()).toBe(true);
    await late.close();
  }, 20_000);

  it('say so when no server can be reached', async () => {
    const servers = [
      `nats://127.0.0.1:${await freePort()}`,
      `nats://127.0.0.1:${await freePort()}`,
    ];
    const opening = Ways.open({ servers, name: 'alone', connectWithinMs: 100 });
    await expect(opening).rejects.toBeInstanceOf(LogUnavailableError);
  }, 20_000);
});
