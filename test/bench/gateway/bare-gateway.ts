import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { startNatsServer } from '#embedded';
import { Child } from '../child.js';
import { dropScratch, makeScratch } from '../stage/scratch.js';
import type { BareReport } from './load-messages.js';

/** A bare Fastify in a process of its own, beside a nats-server with a file stream and fsync, as the mesh has one. */
export const startBareGateway = async (): Promise<{ port: number; stop(): Promise<void> }> => {
  const dir = makeScratch();
  const nats = await startNatsServer({ dir });
  const connection = await connect({ servers: nats.url });
  const manager = await jetstreamManager(connection);
  await manager.streams.add({ name: 'BARE', subjects: ['bare.>'] });
  await connection.close();
  const server = new Child<BareReport>('gateway/bare-server.js', [nats.url]);
  const { port } = await server.next('listening');
  return {
    port,
    stop: async () => {
      await server.end();
      await nats.stop();
      dropScratch(dir);
    },
  };
};
