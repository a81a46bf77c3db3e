import { setTimeout as pause } from 'node:timers/promises';
import { controlEvents, eventCodec, streams, type ControlEvent } from '#contracts';
import { connectNats, provisionStreams, type Nats } from '#event-store-jetstream';
import { makeCredentials, type Credentials, type Names } from './credentials.js';
import { writeFirstFacts } from './first-facts.js';

export interface FirstStart {
  /** Servers, separated by commas. */
  readonly natsUrl: string;
  readonly natsUser: string | null;
  readonly natsPassword: string | null;
  /** Copies of each stream: 3 in production, 1 on one server. */
  readonly replicas: number;
  /** Where the credentials are kept. */
  readonly credentialsFile: string;
  readonly names: Names;
}

const CLUSTER_MS_MAX = 30_000;
const AGAIN_AFTER_MS = 250;

/** Servers of a cluster that was just started need some seconds to elect who places streams. */
const makeStreams = async (nats: Nats, replicas: number): Promise<void> => {
  const endMs = performance.now() + (replicas > 1 ? CLUSTER_MS_MAX : 0);
  for (;;) {
    try {
      return await provisionStreams(nats, { replicas });
    } catch (error) {
      if (performance.now() >= endMs) throw error;
    }
    await pause(AGAIN_AFTER_MS);
  }
};

/**
 * Makes a mesh ready for its services: streams, first facts, credentials file. Everything is done once; at a later start,
 * and after a start that was killed anywhere in between, it does what is missing and nothing else.
 *
 * @throws CannotStart when the credentials file is damaged, or names other things than are asked for.
 * @throws LogUnavailableError when the nats-server cannot be reached.
 * @throws LogRefusedError when it refuses the user, or is too old.
 */
export const firstStart = async (options: FirstStart): Promise<Credentials> => {
  const { natsUrl, natsUser, natsPassword } = options;
  const nats = await connectNats({
    servers: natsUrl.split(','),
    name: 'provision',
    ...(natsUser === null ? {} : { user: natsUser }),
    ...(natsPassword === null ? {} : { password: natsPassword }),
  });
  try {
    await makeStreams(nats, options.replicas);
    const store = nats.eventStore(streams.control.name, eventCodec<ControlEvent>(controlEvents));
    return await makeCredentials(options.credentialsFile, options.names, (credentials) =>
      writeFirstFacts(store, credentials),
    );
  } finally {
    await nats.close();
  }
};
