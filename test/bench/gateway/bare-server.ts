import { jetstream } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { fastify } from 'fastify';
import type { BareReport } from './load-messages.js';

/**
 * The baseline: a Fastify that reads the JSON of a request and answers, does nothing else, and knows no one. `/publish`
 * answers when the request's body is in a JetStream stream.
 */
const [natsUrl] = process.argv.slice(2);
const tell = (report: BareReport): void => void process.send?.(report);

const js = jetstream(await connect({ servers: natsUrl }));
const server = fastify();
server.post('/allow', async () => ({ action: 'allow' }));
server.post('/refuse', async (_request, reply) => reply.code(403).send({ error: 'refused' }));
server.post('/publish', async ({ body }) => {
  const id = randomUUID();
  await js.publish(`bare.${id}`, JSON.stringify(body), { msgID: id });
  return { id };
});
await server.listen({ host: '127.0.0.1', port: 0 });
process.once('disconnect', () => process.exit());
const { port } = server.server.address() as AddressInfo;
tell({ kind: 'listening', port });
