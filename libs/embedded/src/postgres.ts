import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort } from './free-port.js';
import { findPostgres, type PostgresPrograms } from './postgres-binary.js';
import {
  diesWithUs,
  runningServer,
  spawnServer,
  type RunningServer,
  type SpawnedProcess,
} from './running-server.js';

export interface PostgresOptions {
  /** Holds everything of this server. Made and initialised when missing. */
  readonly dir: string;
  /** @default a free port */
  readonly port?: number;
  /** Password of the user `postgres`, needed by everyone who connects; set when the directory is initialised. @default no password */
  readonly password?: string;
  /** Further lines of postgresql.conf. */
  readonly settings?: Readonly<Record<string, string>>;
}

const run = promisify(execFile);
const READY_MS = 20_000;
/** A crashed postmaster's shared memory may be held for a moment by its last children. */
const ATTEMPTS = 5;

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

const settingsText = (settings: Readonly<Record<string, string>>): string =>
  Object.entries({
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '100',
    ...settings,
  })
    .map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'\n`)
    .join('');

/** Initialised beside and renamed, so that a start that was killed half-way leaves nothing half-made. */
const initialise = async (
  programs: PostgresPrograms,
  dir: string,
  password: string | undefined,
): Promise<void> => {
  const fresh = join(dir, 'data.new');
  const secret = join(dir, 'password');
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { recursive: true, mode: 0o700 });
  if (password !== undefined) await writeFile(secret, password, { mode: 0o600 });
  await programs.own(dir);
  const auth =
    password === undefined ? ['-A', 'trust'] : ['-A', 'scram-sha-256', '--pwfile', secret];
  const args = ['-D', fresh, '-U', 'postgres', '-E', 'UTF8', '--locale=C', ...auth];
  const [file, ...rest] = programs.command('initdb', args) as [string, ...string[]];
  await run(file, rest);
  await run('mv', [fresh, join(dir, 'data')]);
  await rm(secret, { force: true });
};

const waitReady = (server: SpawnedProcess): Promise<'ready' | string> =>
  Promise.race([
    new Promise<'ready'>((resolve) =>
      server.onOutput((text) => {
        if (text.includes('ready to accept connections')) resolve('ready');
      }),
    ),
    server.exited,
    pause(READY_MS, `not ready within ${READY_MS} ms`, { ref: false }),
  ]);

/**
 * Starts a real Postgres on 127.0.0.1, initialising its directory at the first start. Resolves when it accepts
 * connections; after a crash it recovers first. The url is that of the database `postgres`.
 *
 * @throws Error with the server's own words when it does not start.
 */
export const startPostgres = async (options: PostgresOptions): Promise<RunningServer> => {
  const { dir, password, settings = {} } = options;
  const programs = await findPostgres();
  const data = join(dir, 'data');
  if (!(await exists(join(data, 'PG_VERSION')))) await initialise(programs, dir, password);
  await writeFile(join(data, 'postgresql.auto.conf'), settingsText(settings));
  await programs.own(dir);
  const port = options.port ?? (await freePort());
  const auth = password === undefined ? 'postgres' : `postgres:${encodeURIComponent(password)}`;
  const url = `postgres://${auth}@127.0.0.1:${port}/postgres`;
  let problem = '';
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const command = programs.command(
      'postgres',
      ['-D', data, '-p', String(port)],
      diesWithUs('INT', []),
    );
    const spawned = spawnServer(command);
    problem = await waitReady(spawned);
    if (problem === 'ready')
      return runningServer(spawned, { url, port, politely: 'SIGINT', patienceMs: 1500 });
    spawned.child.kill('SIGKILL');
    await pause(300 * (attempt + 1));
  }
  throw new Error(`Postgres did not start: ${problem}`);
};

/** The postmaster that a directory names, whether or not it still runs; `null` when it was stopped cleanly. */
export const postmasterPid = async (dir: string): Promise<number | null> => {
  const text = await readFile(join(dir, 'data', 'postmaster.pid'), 'utf8').catch(() => null);
  const pid = Number.parseInt(text ?? '', 10);
  return Number.isInteger(pid) ? pid : null;
};
