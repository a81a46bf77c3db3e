import { streams } from '#contracts';
import { claimNatsAccount } from '#testing';
import { eventStoreContract } from '../../event-store/src/event-store.contract.js';
import { eventsOnlyContract } from '../../event-store/src/events-only.contract.js';
import { counted, countedCodec } from '../../event-store/src/example-events.js';
import { connectNats, type Nats } from './connect.js';
import { JetStreamEventStore } from './jetstream-event-store.js';
import { provisionStreams } from './provision.js';

describe('JetStreamEventStore', () => {
  let nats: Nats;
  let made = 0;
  beforeAll(async () => {
    const { url, user, password } = await claimNatsAccount();
    nats = await connectNats({ servers: url, user, password, name: 'contract' });
  });
  afterAll(() => nats?.close());

  const newStream = async () => {
    const root = `root${++made}`;
    await nats.link.api(`STREAM.CREATE.${root}`, {
      name: root,
      subjects: [`${root}.>`, `noise.${root}`],
      storage: 'file',
      allow_direct: true,
      allow_atomic: true,
      allow_msg_ttl: true,
    });
    return root;
  };

  eventStoreContract(async () => {
    const root = await newStream();
    return { store: nats.eventStore(root, countedCodec), root };
  });

  describe('over a stream that holds more than events', () => {
    eventsOnlyContract(async () => {
      const root = await newStream();
      const settings = { codec: countedCodec, events: `${root}.>` };
      const log = nats.rawLog(root);
      const echo = {
        subject: `noise.${root}`,
        text: 'echo',
        messageId: null,
        expectLastSubjectSequence: null,
        ttlSeconds: 1,
      };
      return {
        store: new JetStreamEventStore(nats.link, root, settings),
        root,
        echo: async () => void (await log.append(echo)),
      };
    });
  });

  it('knows that the echoes in the control log are no events', async () => {
    await provisionStreams(nats, { replicas: 1 });
    const store = nats.eventStore(streams.control.name, countedCodec);
    const { sequence } = await store.append({ subject: 'control.a', event: counted(1) });
    await nats.rawLog(streams.control.name).append({
      subject: 'echo.node',
      text: 'echo',
      messageId: null,
      expectLastSubjectSequence: null,
      ttlSeconds: 5,
    });
    expect(await store.lastSequence()).toBe(sequence);
    const seen: string[] = [];
    const following = store.follow({
      onEvents: (events) => void seen.push(...events.map(({ subject }) => subject)),
    });
    await following.caughtUp;
    await following.stop();
    expect(seen).toEqual(['control.a']);
  });
});
