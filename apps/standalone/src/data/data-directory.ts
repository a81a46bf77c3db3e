import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { CannotStart } from '../cannot-start.js';

/** Where a standing mesh keeps everything. */
export interface DataDirectory {
  readonly path: string;
  readonly lock: string;
  /** What runs on behalf of this directory, for the next start after a crash. */
  readonly processes: string;
  /** Ports and passwords of the servers, kept so that addresses stay the same over restarts. */
  readonly servers: string;
  /** What is up and where, for clients on this machine; the line of `--json`. */
  readonly mesh: string;
  readonly credentials: string;
  /** What webhooks' secrets in the log are sealed with; a backup of the log is of no use to a thief without it. */
  readonly secretsKey: string;
  readonly nats: string;
  readonly postgres: string;
  readonly logs: string;
  /** A directory for each service that keeps something: keys, spools, pins. */
  readonly services: string;
}

/** @throws CannotStart when it cannot be made or written. */
export const openDataDirectory = async (given: string): Promise<DataDirectory> => {
  const path = resolve(given);
  const logs = join(path, 'logs');
  const services = join(path, 'services');
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    for (const inner of [logs, services]) await mkdir(inner, { recursive: true, mode: 0o700 });
  } catch (error) {
    const why = (error as Error).message;
    throw new CannotStart(
      `the data directory cannot be used: ${why}`,
      'choose another with --data-dir',
    );
  }
  return {
    path,
    logs,
    services,
    lock: join(path, 'lock.json'),
    processes: join(path, 'processes.json'),
    servers: join(path, 'servers.json'),
    mesh: join(path, 'mesh.json'),
    credentials: join(path, 'credentials.json'),
    secretsKey: join(path, 'secrets.key'),
    nats: join(path, 'nats'),
    postgres: join(path, 'postgres'),
  };
};
