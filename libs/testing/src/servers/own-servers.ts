import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  startNatsServer,
  startPostgres,
  type NatsServerOptions,
  type PostgresOptions,
  type RunningServer,
} from '#embedded';

/** A fresh directory that is removed with everything in it when the test run ends, or by a later run if it was killed. */
export const temporaryDirectory = (name = 'directory'): string =>
  mkdtempSync(join(process.env.JEST_ESTOP_DIRECTORY ?? tmpdir(), `${name}-`));

/** A nats-server for a suite that must stop, crash or configure it; the suite ends it. Without `dir`, in a fresh one. */
export const spawnNatsServer = (options: Partial<NatsServerOptions> = {}): Promise<RunningServer> =>
  startNatsServer({ dir: temporaryDirectory('nats'), ...options });

/** A Postgres for a suite that must stop or crash it; the suite ends it. Without `dir`, in a fresh one. */
export const spawnPostgres = (options: Partial<PostgresOptions> = {}): Promise<RunningServer> =>
  startPostgres({ dir: temporaryDirectory('postgres'), ...options });
