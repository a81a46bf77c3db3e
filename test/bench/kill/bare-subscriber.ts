import { jetstream } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { nowNs, type SubscriberReport } from './child-messages.js';

/**
 * The baseline: a bare ordered consumer on a bare stream, and a bare subscription, which say when each message came. One
 * process each, as a gateway is one.
 */
const [url, user, pass] = process.argv.slice(2);
const tell = (report: SubscriberReport): void => void process.send?.(report);
const received = (marker: string): void =>
  tell({ kind: 'received', marker, atNs: nowNs().toString() });

const connection = await connect({ servers: url, user, pass });
connection.subscribe('push', { callback: (_, message) => received(message.string()) });
const consumer = await jetstream(connection).consumers.get('BARE');
const messages = await consumer.consume();
await connection.flush();
tell({ kind: 'ready' });
process.once('disconnect', () => process.exit());
for await (const message of messages) received(message.string());
