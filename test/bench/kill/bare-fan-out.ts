import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { randomUUID } from 'node:crypto';
import { startNatsServer } from '#embedded';
import type { Contender } from '../rounds.js';
import { Child } from '../child.js';
import { dropScratch, makeScratch } from '../stage/scratch.js';
import { msBetween, nowNs, type SubscriberReport } from './child-messages.js';

const SUBSCRIBERS = 4;
const MESSAGE_BYTES = 600;

export const BARE = 'bare JetStream fan-out';
export const BARE_CORE = 'bare core NATS fan-out';

export interface BareFanOut {
  /**
   * The least that any design on JetStream must pay: one publish into a file stream with fsync, until the last of four
   * ordered consumers in four processes has it.
   */
  readonly stream: Contender;
  /** The same without a stream: the floor under a push. */
  readonly core: Contender;
  stop(): Promise<void>;
}

export const bareFanOut = async (): Promise<BareFanOut> => {
  const dir = makeScratch();
  const server = await startNatsServer({ dir });
  const connection = await connect({ servers: server.url });
  const manager = await jetstreamManager(connection);
  await manager.streams.add({ name: 'BARE', subjects: ['bare.>'] });
  const subscribers = Array.from(
    { length: SUBSCRIBERS },
    () => new Child<SubscriberReport>('kill/bare-subscriber.js', [server.url]),
  );
  await Promise.all(subscribers.map((subscriber) => subscriber.next('ready')));
  const js = jetstream(connection);
  const untilTheLast = async (publish: (marker: string) => unknown): Promise<number> => {
    const marker = randomUUID().padEnd(MESSAGE_BYTES, '.');
    const received = subscribers.map((subscriber) =>
      subscriber.next('received', (report) => report.marker === marker),
    );
    const startedNs = nowNs();
    await publish(marker);
    const times = (await Promise.all(received)).map(({ atNs }) => BigInt(atNs));
    return Math.max(...times.map((atNs) => msBetween(startedNs, atNs)));
  };
  return {
    stream: {
      name: BARE,
      measure: () =>
        untilTheLast((marker) => js.publish('bare.order', marker, { msgID: randomUUID() })),
    },
    core: {
      name: BARE_CORE,
      measure: () => untilTheLast((marker) => connection.publish('push', marker)),
    },
    stop: async () => {
      await Promise.all(subscribers.map((subscriber) => subscriber.end()));
      await connection.close();
      await server.stop();
      dropScratch(dir);
    },
  };
};
