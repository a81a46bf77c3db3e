import { setTimeout as pass } from 'node:timers/promises';
import { claimNatsAccount } from '#testing';
import { countedCodec } from '../../event-store/src/example-events.js';
import { workQueueContract } from '../../event-store/src/work-queue.contract.js';
import { connectNats, type Nats } from './connect.js';

describe('JetStreamWorkQueues', () => {
  let one: Nats;
  let two: Nats;
  let made = 0;
  beforeAll(async () => {
    const { url, user, password } = await claimNatsAccount();
    const options = { servers: url, user, password, name: 'contract' };
    [one, two] = [await connectNats(options), await connectNats(options)];
  });
  afterAll(() => Promise.all([one?.close(), two?.close()]));

  workQueueContract(async () => {
    const root = `root${++made}`;
    await one.link.api(`STREAM.CREATE.${root}`, {
      name: root,
      subjects: [`${root}.>`],
      storage: 'file',
      allow_direct: true,
    });
    return {
      store: one.eventStore(root, countedCodec),
      queues: [one.workQueues(root, countedCodec), two.workQueues(root, countedCodec)],
      root,
      // Visibility is the server's own clock: here time has to pass for real.
      passMs: (ms) => pass(ms),
    };
  });
});
