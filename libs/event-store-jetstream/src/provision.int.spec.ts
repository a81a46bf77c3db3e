import { streams } from '#contracts';
import { claimNatsAccount } from '#testing';
import { connectNats, type Nats } from './connect.js';
import { missingStreams, provisionStreams } from './provision.js';

interface Info {
  readonly config: Record<string, unknown>;
}

describe('provisionStreams', () => {
  let nats: Nats;
  beforeAll(async () => {
    const { url, user, password } = await claimNatsAccount();
    nats = await connectNats({ servers: url, user, password, name: 'provision' });
  });
  afterAll(() => nats?.close());

  const configOf = async (name: string) =>
    (await nats.link.api<Info>(`STREAM.INFO.${name}`, {})).config;

  it('makes what is missing, once and again, and keeps what is stored', async () => {
    const all = Object.values(streams).map(({ name }) => name);
    expect(new Set(await missingStreams(nats))).toEqual(new Set([...all, 'KV_IDEMPOTENCY']));
    await provisionStreams(nats, { replicas: 1 });
    await nats.link.request('control.acme._.org.acme', '{}');
    await provisionStreams(nats, { replicas: 1 });
    expect(await missingStreams(nats)).toEqual([]);
    const { state } = await nats.link.api<{ state: object }>('STREAM.INFO.CONTROL', {});
    expect(state).toMatchObject({ messages: 1, last_seq: 1 });
  });

  it('makes a control log that forgets nothing', async () => {
    expect(await configOf(streams.control.name)).toMatchObject({
      storage: 'file',
      retention: 'limits',
      discard: 'new',
      deny_delete: true,
      deny_purge: true,
      allow_msg_ttl: true,
      max_age: 0,
      max_msgs: -1,
      max_bytes: -1,
    });
    await expect(nats.link.api('STREAM.PURGE.CONTROL', {})).rejects.toMatchObject({ status: 500 });
  });

  it('makes a ledger that forgets nothing, since what it does not know is not spent', async () => {
    expect(await configOf(streams.ledger.name)).toMatchObject({
      ...{ discard: 'new', deny_delete: true, deny_purge: true, max_age: 0 },
    });
  });

  it('brings a control log of an earlier version up to date, and keeps what it holds', async () => {
    const { url, user, password } = await claimNatsAccount();
    const own = await connectNats({ servers: url, user, password, name: 'earlier' });
    try {
      await own.link.api('STREAM.CREATE.CONTROL', {
        name: 'CONTROL',
        subjects: ['control.>'],
        deny_delete: true,
        deny_purge: true,
        discard: 'new',
        allow_msg_ttl: true,
      });
      await own.link.request('control.acme._.org.acme', '{}');
      await provisionStreams(own, { replicas: 1 });
      await own.link.request('echo.node', '{}');
      const info = await own.link.api<Info & { state: object }>('STREAM.INFO.CONTROL', {});
      expect(info.config.subjects).toEqual(['control.>', 'echo.>']);
      expect(info.state).toMatchObject({ messages: 2, first_seq: 1, last_seq: 2 });
    } finally {
      await own.close();
    }
  });

  it('lets intents be forgotten one by one, and activity by age', async () => {
    expect(await configOf(streams.intents.name)).toMatchObject({
      deny_delete: true,
      allow_atomic: true,
    });
    await nats.link.api('STREAM.PURGE.INTENTS', { filter: 'intent.acme.prod.a.b' });
    expect(await configOf(streams.activity.name)).toMatchObject({
      max_age: 30 * 24 * 3600 * 1e9,
      discard: 'old',
    });
    expect(await configOf('KV_IDEMPOTENCY')).toMatchObject({ max_age: 25 * 3600 * 1e9 });
  });

  it('refuses a server that is too old, and says what to do', async () => {
    const old = { serverVersion: () => '2.10.27' } as Nats;
    await expect(provisionStreams(old, { replicas: 1 })).rejects.toThrow(
      'this nats-server is version 2.10.27; Estop needs 2.12 or newer',
    );
  });

  it('says so when it asks for more copies than there are servers', async () => {
    await expect(provisionStreams(nats, { replicas: 3 })).rejects.toMatchObject({
      code: 'LOG_REFUSED',
    });
  });
});
