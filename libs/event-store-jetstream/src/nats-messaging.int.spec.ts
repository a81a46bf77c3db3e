import { claimNatsAccount, spawnNatsServer } from '#testing';
import { messagingContract } from '../../event-store/src/messaging.contract.js';
import { counted, countedCodec } from '../../event-store/src/example-events.js';
import { connectNats, type Nats } from './connect.js';

const trace = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' };

describe('NatsMessaging', () => {
  let nats: Nats;
  let made = 0;
  beforeAll(async () => {
    const { url, user, password } = await claimNatsAccount();
    nats = await connectNats({
      servers: url,
      user,
      password,
      name: 'contract',
      trace: { inject: () => trace, span: (_name, _attributes, work) => work() },
    });
  });
  afterAll(() => nats?.close());

  messagingContract(async () => ({ messaging: nats.messaging(), root: `root${++made}` }));

  it('carries the trace of the sender, in messages and in the log', async () => {
    const messaging = nats.messaging();
    const arrived = new Promise((resolve) =>
      messaging.subscribe('traced', (message) => resolve(message.trace)),
    );
    await messaging.flush();
    messaging.publish('traced', '');
    expect(await arrived).toEqual(trace);

    await nats.link.api('STREAM.CREATE.TRACED', { name: 'TRACED', subjects: ['log.>'] });
    const store = nats.eventStore('TRACED', countedCodec);
    await store.append({ subject: 'log.a', event: counted(1) });
    expect((await store.last('log.a'))?.trace).toEqual(trace);
  });

  it('closes and drains', async () => {
    const { url, user, password } = await claimNatsAccount();
    const other = await connectNats({ servers: url, user, password, name: 'other' });
    expect(other.connected()).toBe(true);
    await other.drain();
    expect(other.connected()).toBe(false);
    await other.close();
  });
});

describe('connectNats', () => {
  it('says which server does not answer', async () => {
    const connecting = connectNats({
      servers: 'nats://127.0.0.1:1',
      name: 'nobody',
      connectWithinMs: 50,
    });
    await expect(connecting).rejects.toMatchObject({
      code: 'LOG_UNAVAILABLE',
      message: 'no NATS server answers at nats://127.0.0.1:1: is it running?',
    });
  });

  it('says at once that the password is wrong', async () => {
    const { url, user } = await claimNatsAccount();
    const connecting = connectNats({ servers: url, user, password: 'wrong', name: 'nobody' });
    await expect(connecting).rejects.toMatchObject({ code: 'LOG_REFUSED' });
  });
});

describe('a user without a permission', () => {
  it('is told that the server refuses it, not that the log is away', async () => {
    const server = await spawnNatsServer({
      config: `authorization { users: [
        { user: "all", password: "x" },
        { user: "reader", password: "x", permissions: { publish: ["$JS.API.>"], subscribe: ">" } }
      ] }`,
    });
    const all = await connectNats({ servers: server.url, user: 'all', password: 'x', name: 'all' });
    const reader = await connectNats({
      servers: server.url,
      user: 'reader',
      password: 'x',
      name: 'reader',
    });
    try {
      await all.link.api('STREAM.CREATE.LOG', { name: 'LOG', subjects: ['log.>'] });
      const append = reader
        .eventStore('LOG', countedCodec)
        .append({ subject: 'log.a', event: counted(1) });
      await expect(append).rejects.toMatchObject({ code: 'LOG_REFUSED' });
    } finally {
      await Promise.all([all.close(), reader.close()]);
      await server.stop();
    }
  }, 20_000);
});
