import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from './free-port.js';
import { findNatsServer } from './nats-binary.js';
import {
  diesWithUs,
  runningServer,
  spawnServer,
  type RunningServer,
  type SpawnedProcess,
} from './running-server.js';

export interface NatsServerOptions {
  /** Holds everything of this server: its configuration and its store. Made when missing. */
  readonly dir: string;
  /** @default a free port */
  readonly port?: number;
  /** Unique in a cluster. @default estop */
  readonly name?: string;
  /** Whether it keeps streams itself; a leaf server hands questions about streams on to its hub. @default true */
  readonly jetStream?: boolean;
  /** The rest as nats-server's configuration says it: who may connect (`accounts {…}`), a cluster, leaf nodes. */
  readonly config?: string;
  /** Path of the program. @default found or obtained by {@link findNatsServer} */
  readonly binary?: string;
}

const READY_MS = 10_000;

/** Every write is on the disk before it is acknowledged: an order that was acknowledged survives a power cut. */
const jetStreamText = (dir: string): string =>
  `jetstream { store_dir: ${JSON.stringify(join(dir, 'store'))}, sync_interval: always }`;

const configText = (options: NatsServerOptions, port: number): string => `host: "127.0.0.1"
port: ${port}
server_name: ${JSON.stringify(options.name ?? 'estop')}
max_payload: 4MB
ports_file_dir: ${JSON.stringify(join(options.dir, 'ports'))}
${options.jetStream === false ? '' : jetStreamText(options.dir)}
${options.config ?? ''}
`;

const urlFrom = async (file: string): Promise<string | null> => {
  try {
    return (JSON.parse(await readFile(file, 'utf8')) as { nats: string[] }).nats[0] ?? null;
  } catch {
    return null;
  }
};

const waitReady = async (server: SpawnedProcess, portsFile: string): Promise<string> => {
  let ended: string | null = null;
  void server.exited.then((how) => (ended = how));
  const deadline = performance.now() + READY_MS;
  for (;;) {
    const url = await urlFrom(portsFile);
    if (url !== null) return url;
    if (ended !== null) throw new Error(`nats-server did not start: ${ended}`);
    if (performance.now() > deadline) {
      server.child.kill('SIGKILL');
      throw new Error(
        `nats-server was not ready within ${READY_MS} ms: ${server.lastWords().trim()}`,
      );
    }
    await pause(5);
  }
};

/**
 * Starts nats-server with JetStream on 127.0.0.1: file store, fsync on every write, payloads up to 4 MB. Resolves when it
 * accepts clients. The same `dir` and `port` bring the same server back with everything that it held.
 *
 * @throws Error with the server's own words when it does not start.
 */
export const startNatsServer = async (options: NatsServerOptions): Promise<RunningServer> => {
  const { dir } = options;
  const port = options.port ?? (await freePort());
  const binary = options.binary ?? (await findNatsServer());
  const ports = join(dir, 'ports');
  await rm(ports, { recursive: true, force: true });
  await mkdir(ports, { recursive: true });
  const file = join(dir, 'nats.conf');
  await writeFile(file, configText(options, port), { mode: 0o600 });
  const spawned = spawnServer(diesWithUs('TERM', [binary, '-c', file]));
  const url = await waitReady(spawned, join(ports, `${basename(binary)}_${spawned.pid}.ports`));
  return runningServer(spawned, {
    url,
    port: Number(new URL(url).port),
    politely: 'SIGTERM',
    patienceMs: 1500,
  });
};
