import { claimNatsAccount } from '#testing';
import { eventStoreContract } from '../../event-store/src/event-store.contract.js';
import { countedCodec } from '../../event-store/src/example-events.js';
import { connectNats, type Nats } from './connect.js';

describe('JetStreamEventStore', () => {
  let nats: Nats;
  let made = 0;
  beforeAll(async () => {
    const { url, user, password } = await claimNatsAccount();
    nats = await connectNats({ servers: url, user, password, name: 'contract' });
  });
  afterAll(() => nats?.close());

  eventStoreContract(async () => {
    const root = `root${++made}`;
    await nats.link.api(`STREAM.CREATE.${root}`, {
      name: root,
      subjects: [`${root}.>`],
      storage: 'file',
      allow_direct: true,
      allow_atomic: true,
    });
    return { store: nats.eventStore(root, countedCodec), root };
  });
});
