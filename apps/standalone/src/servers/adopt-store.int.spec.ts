import { streams } from '#contracts';
import {
  connectNats,
  hubAccounts,
  meshUsers,
  nodeUser,
  provisionStreams,
  type NatsOptions,
} from '#event-store-jetstream';
import { spawnNatsServer, temporaryDirectory } from '#testing';
import { counted, countedCodec } from '../../../../libs/event-store/src/example-events.js';
import { adoptStore } from './adopt-store.js';

const lastSequenceAt = async (options: Pick<NatsOptions, 'servers' | 'user' | 'password'>) => {
  const nats = await connectNats({ ...options, name: 'spec' });
  const store = nats.eventStore(streams.control.name, countedCodec);
  return await store.lastSequence().finally(() => nats.close());
};

it('finds the control log again that a mesh without accounts kept, and leaves it alone afterwards', async () => {
  const dir = temporaryDirectory('adopted');
  const old = await spawnNatsServer({
    dir,
    config: 'authorization { user: "estop", password: "x" }',
  });
  const nats = await connectNats({ servers: old.url, user: 'estop', password: 'x', name: 'spec' });
  await provisionStreams(nats, { replicas: 1 });
  const store = nats.eventStore(streams.control.name, countedCodec);
  for (const n of [1, 2, 3]) await store.append({ subject: 'control.a', event: counted(n) });
  await nats.close();
  await old.stop();

  const users = meshUsers({ nodes: ['node-1'], gateways: [] });
  for (const round of ['first', 'second']) {
    await adoptStore(dir);
    const server = await spawnNatsServer({ dir, config: hubAccounts(users, () => '"x"') });
    const login = { servers: server.url, user: nodeUser('node-1'), password: 'x' };
    const found = await lastSequenceAt(login).finally(() => server.stop());
    expect([round, found]).toEqual([round, 3]);
  }
}, 30_000);
