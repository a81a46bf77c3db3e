import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { CannotStart } from '../cannot-start.js';
import { writeWhole } from '#platform';

const Port = z.number().int().min(1).max(65535);

/** What a restart needs so that nothing that was handed out changes: addresses and passwords. */
export const ServersFile = z.object({
  nats: z.object({ port: Port.nullable(), user: z.string(), password: z.string() }),
  postgres: z.object({ port: Port.nullable(), password: z.string() }),
  /** The last ports of the services, by name; a start with `--port 0` takes them again where they are free. */
  ports: z.record(z.string(), Port),
  nodeId: z.string(),
});
export type ServersFile = z.infer<typeof ServersFile>;

const secret = (): string => randomBytes(24).toString('hex');

const fresh = (): ServersFile => ({
  nats: { port: null, user: 'estop', password: secret() },
  postgres: { port: null, password: secret() },
  ports: {},
  nodeId: `node-${randomBytes(4).toString('hex')}`,
});

/**
 * Reads it, or makes it: the passwords are on the disk before a server is started with them.
 *
 * @throws CannotStart when it is there and cannot be read.
 */
export const openServersFile = async (file: string): Promise<ServersFile> => {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw new CannotStart(
      `${file} cannot be read: ${error.message}`,
      'run as the user who owns the data directory',
    );
  });
  if (text === null) return saveServersFile(file, fresh());
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
