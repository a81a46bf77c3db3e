import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CONTROL_FILTER, controlEvents, eventCodec, streams, type ControlEvent } from '#contracts';
import { connectNats } from '#event-store-jetstream';
import type { StandingMesh } from './standing-mesh.js';

const USER = 'control-node-1';

/** The sequences of all control events, read in the log itself. Echoes of control nodes leave holes between them. */
export const controlSequences = async (mesh: StandingMesh): Promise<number[]> => {
  const { nats } = JSON.parse(readFileSync(join(mesh.dataDir, 'servers.json'), 'utf8')) as {
    nats: { passwords: Record<string, string> };
  };
  const password = nats.passwords[USER] as string;
  const connection = await connectNats({
    ...{ servers: mesh.ready.nats, name: 'ledger', user: USER, password },
  });
  try {
    const codec = eventCodec<ControlEvent>(controlEvents);
    const stored = await connection.eventStore(streams.control.name, codec).read(CONTROL_FILTER);
    return stored.map(({ sequence }) => sequence);
  } finally {
    await connection.close();
  }
};
