import { controlEvents, eventCodec, streams, type ControlEvent } from '#contracts';
import { connectNats, provisionStreams } from '#event-store-jetstream';
import { makeCredentials, type Credentials, type Names } from './credentials.js';
import { writeFirstFacts } from './first-facts.js';

export interface FirstStart {
  readonly natsUrl: string;
  readonly natsUser: string | null;
  readonly natsPassword: string | null;
  /** Copies of each stream: 3 in production, 1 on one server. */
  readonly replicas: number;
  /** Where the credentials are kept. */
  readonly credentialsFile: string;
  readonly names: Names;
}

/**
 * Makes a mesh ready for its services: streams, first facts, credentials file. Everything is done once; at a later start,
 * and after a start that was killed anywhere in between, it does what is missing and nothing else.
 *
 * @throws CannotStart when the credentials file is damaged, or names other things than are asked for.
 * @throws LogUnavailableError when the nats-server cannot be reached.
 * @throws LogRefusedError when it refuses the user, or is too old.
 */
export const firstStart = async (options: FirstStart): Promise<Credentials> => {
  const nats = await connectNats({
    servers: options.natsUrl.split(','),
    name: 'provision',
    ...(options.natsUser === null ? {} : { user: options.natsUser }),
    ...(options.natsPassword === null ? {} : { password: options.natsPassword }),
  });
  try {
    await provisionStreams(nats, { replicas: options.replicas });
    const store = nats.eventStore(streams.control.name, eventCodec<ControlEvent>(controlEvents));
    return await makeCredentials(options.credentialsFile, options.names, (credentials) =>
      writeFirstFacts(store, credentials),
    );
  } finally {
    await nats.close();
  }
};
