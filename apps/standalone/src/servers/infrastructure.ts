import pg from 'pg';
import { isPortFree, startNatsServer, startPostgres, type RunningServer } from '#embedded';
import type { DataDirectory } from '../data/data-directory.js';
import { saveServersFile, type ServersFile } from '../data/servers-file.js';
import type { ProcessList } from '../data/process-list.js';
import type { Options } from '../options.js';
import { KeptServer } from './kept-server.js';

/** How services reach NATS and Postgres, embedded or given. */
export interface Infrastructure {
  readonly natsUrl: string;
  readonly natsUser: string | null;
  readonly natsPassword: string | null;
  readonly databaseUrl: string;
  stop(): Promise<void>;
}

export interface Surroundings {
  readonly data: DataDirectory;
  readonly servers: ServersFile;
  readonly processes: ProcessList;
  readonly options: Options;
  say(line: string): void;
}

const DATABASE = 'estop';

/** The port of the last time when it is free, so that addresses stay the same; otherwise any. */
const lastPort = async (port: number | null): Promise<number | null> =>
  port !== null && (await isPortFree(port)) ? port : null;

const keptServer = (
  name: string,
  around: Surroundings,
  start: (port: number | null) => Promise<RunningServer>,
) =>
  new KeptServer({
    name,
    start,
    onStarted: (server) => around.processes.add(name, server.identity),
    onEnded: (server) => around.processes.remove(name, server.identity),
    say: around.say,
  });

/** Only who knows the password of the data directory can speak to it, though it listens on this machine alone. */
const natsServer = (around: Surroundings): KeptServer => {
  const { user, password } = around.servers.nats;
  const config = `authorization { user: "${user}", password: "${password}" }`;
  return keptServer('nats-server', around, (port) =>
    startNatsServer({ dir: around.data.nats, config, ...(port === null ? {} : { port }) }),
  );
};

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

/** A URL may carry the credentials; they are handed on apart from it, so that a URL can be shown. */
const givenNats = (options: Options, natsUrl: string) => {
  const urls = natsUrl.split(',').map((text) => new URL(text.trim()));
  const [first] = urls as [URL, ...URL[]];
  const shown = urls.map((url) => `${url.protocol}//${url.host}`);
  return {
    natsUrl: shown.join(','),
    natsUser: options.natsUser ?? (decodeURIComponent(first.username) || null),
    natsPassword: options.natsPassword ?? (decodeURIComponent(first.password) || null),
  };
};

const startNats = async (around: Surroundings, servers: KeptServer[]) => {
  const { options, servers: kept } = around;
  if (options.natsUrl !== null) return givenNats(options, options.natsUrl);
  const server = natsServer(around);
  servers.push(server);
  const running = await server.start(await lastPort(kept.nats.port));
  kept.nats.port = running.port;
  return { natsUrl: running.url, natsUser: kept.nats.user, natsPassword: kept.nats.password };
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
  started: KeptServer[],
): Promise<Infrastructure> => {
  const [nats, databaseUrl] = await Promise.all([
    startNats(around, started),
    startDatabase(around, started),
  ]);
  await saveServersFile(around.data.servers, around.servers);
  return {
    ...nats,
    databaseUrl,
    stop: async () => void (await Promise.all(started.map((one) => one.stop()))),
  };
};
