import pg from 'pg';
import { startPostgres } from '#embedded';
import type { MeshServices } from '#event-store-jetstream';
import { saveServersFile } from '../data/servers-file.js';
import type { KeptServer } from './kept-server.js';
import { givenLogins, meshLogins, type NatsLogins } from './nats-logins.js';
import { NatsServers } from './nats-servers.js';
import { keptServer, lastPort, type Surroundings } from './surroundings.js';

/** How services reach NATS and Postgres, embedded or given. */
export interface Infrastructure {
  readonly nats: NatsLogins;
  readonly databaseUrl: string;
  stop(): Promise<void>;
}

const DATABASE = 'estop';

const postgresServer = (around: Surroundings): KeptServer =>
  keptServer('postgres', around, (port) =>
    startPostgres({
      dir: around.data.postgres,
      password: around.servers.postgres.password,
      ...(port === null ? {} : { port }),
    }),
  );

const createDatabase = async (serverUrl: string): Promise<string> => {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  try {
    const found = await client.query('select 1 from pg_database where datname = $1', [DATABASE]);
    if (found.rowCount === 0) await client.query(`create database ${DATABASE}`);
  } finally {
    await client.end();
  }
  const url = new URL(serverUrl);
  url.pathname = `/${DATABASE}`;
  return url.href;
};

const startNats = async (
  around: Surroundings,
  services: MeshServices,
  started: KeptServer[],
): Promise<NatsLogins> => {
  const { options, servers } = around;
  if (options.natsUrl !== null) return givenLogins(options, options.natsUrl);
  const addresses = await new NatsServers(around, services, started).start();
  return meshLogins(addresses, servers, services);
};

const startDatabase = async (around: Surroundings, servers: KeptServer[]): Promise<string> => {
  const { options, servers: kept } = around;
  if (options.databaseUrl !== null) return options.databaseUrl;
  const server = postgresServer(around);
  servers.push(server);
  const running = await server.start(await lastPort(kept.postgres.port));
  kept.postgres.port = running.port;
  return createDatabase(running.url);
};

/**
 * Starts nats-server and Postgres, or takes those that are given. Servers that were started are in `started` from the
 * first moment, so that a stop in the middle of a start ends them too.
 *
 * @throws Error with a server's own words when it does not start.
 */
export const startInfrastructure = async (
  around: Surroundings,
  services: MeshServices,
  started: KeptServer[],
): Promise<Infrastructure> => {
  const [nats, databaseUrl] = await Promise.all([
    startNats(around, services, started),
    startDatabase(around, started),
  ]);
  await saveServersFile(around.data.servers, around.servers);
  return {
    nats,
    databaseUrl,
    stop: async () => void (await Promise.all(started.map((one) => one.stop()))),
  };
};
