import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { CannotStart } from '../cannot-start.js';
import { writeWhole } from '#platform';

const Port = z.number().int().min(1).max(65535);

/** How the NATS servers stand to each other. */
export const Topology = z.enum(['single', 'hub-and-leaves']);
export type Topology = z.infer<typeof Topology>;

/** What a restart needs so that nothing that was handed out changes: addresses and passwords. */
export const ServersFile = z.object({
  nats: z.object({
    /** Their data lie in different places, so it stays what it was at the first start. */
    topology: Topology.default('single'),
    /** By user. */
    passwords: z.record(z.string(), z.string()).default({}),
  }),
  postgres: z.object({ port: Port.nullable(), password: z.string() }),
  /** The last ports of servers and services, by name; a start takes them again where they are free. */
  ports: z.record(z.string(), Port),
});
export type ServersFile = z.infer<typeof ServersFile>;

const secret = (): string => randomBytes(24).toString('hex');

const fresh = (topology: Topology): ServersFile => ({
  nats: { topology, passwords: {} },
  postgres: { port: null, password: secret() },
  ports: {},
});

/** The password of a user of the NATS servers, made when it is first asked for. To be saved before a server knows it. */
export const natsPassword = ({ nats }: ServersFile, user: string): string =>
  (nats.passwords[user] ??= secret());

/**
 * Reads it, or makes it: the passwords are on the disk before a server is started with them.
 *
 * @throws CannotStart when it is there and cannot be read, or was made for another topology.
 */
export const openServersFile = async (file: string, topology: Topology): Promise<ServersFile> => {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw new CannotStart(
      `${file} cannot be read: ${error.message}`,
      'run as the user who owns the data directory',
    );
  });
  if (text === null) return saveServersFile(file, fresh(topology));
  const kept = parsed(file, text);
  if (kept.nats.topology === topology) return kept;
  throw new CannotStart(
    `this mesh was first started with --topology ${kept.nats.topology}, not ${topology}`,
    `start it with --topology ${kept.nats.topology}, or choose another directory with --data-dir`,
  );
};

const parsed = (file: string, text: string): ServersFile => {
  try {
    return ServersFile.parse(JSON.parse(text));
  } catch {
    throw new CannotStart(
      `${file} is damaged`,
      'restore it from a backup, or choose another directory with --data-dir',
    );
  }
};

export const saveServersFile = async (file: string, mesh: ServersFile): Promise<ServersFile> => {
  await writeWhole(file, `${JSON.stringify(mesh, null, 2)}\n`);
  return mesh;
};
