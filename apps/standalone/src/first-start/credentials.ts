import { readFile, rename } from 'node:fs/promises';
import { z } from 'zod';
import { OrgName, WorkspaceName } from '#contracts';
import { formatKey, parseKey, systemIds, type KeyToken } from '#platform';
import { CannotStart } from '../cannot-start.js';
import { writeWhole } from '#platform';

const Key = z.string().refine((text) => parseKey(text)?.kind === 'op', 'must be an operator key');

/** The keys of the first start: the file's content. */
export const Credentials = z.object({
  admin_key: Key,
  operator_key: Key,
  viewer_key: Key,
  org: OrgName,
  workspace: WorkspaceName,
});
export type Credentials = z.infer<typeof Credentials>;

export interface Names {
  readonly org: OrgName | null;
  readonly workspace: WorkspaceName | null;
}

const newKey = (): string =>
  formatKey({ kind: 'op', keyId: systemIds.keyId(), secret: systemIds.secret() });

export const tokenOf = (key: string): KeyToken => parseKey(key) as KeyToken;

const read = async (file: string): Promise<Credentials | null> => {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw new CannotStart(
      `${file} cannot be read: ${error.message}`,
      'run as the user who owns it',
    );
  });
  if (text === null) return null;
  try {
    return Credentials.parse(JSON.parse(text));
  } catch {
    throw new CannotStart(
      `${file} is damaged`,
      'restore it from a backup; or move it away, and new keys are made',
    );
  }
};

const checkNames = (kept: Credentials, names: Names): void => {
  for (const name of ['org', 'workspace'] as const) {
    if (names[name] === null || names[name] === kept[name]) continue;
    throw new CannotStart(
      `this mesh was first started with --${name} ${kept[name]}, not ${names[name]}`,
      `leave --${name} out, or make further ones through the API`,
    );
  }
};

/**
 * The keys, made once. They are on the disk under another name before the log hears of them, so a start that is killed
 * half-way goes on with the same ones, and the file appears under its own name only when all of them are valid.
 *
 * @param announce makes them valid; silent for what is already so
 * @throws CannotStart when the file is damaged, or other names are asked for than it has.
 */
export const makeCredentials = async (
  file: string,
  names: Names,
  announce: (credentials: Credentials) => Promise<void>,
): Promise<Credentials> => {
  const pending = `${file}.pending`;
  const ready = await read(file);
  const kept = ready ?? (await read(pending));
  if (kept !== null) checkNames(kept, names);
  const credentials: Credentials = kept ?? {
    admin_key: newKey(),
    operator_key: newKey(),
    viewer_key: newKey(),
    org: names.org ?? ('acme' as OrgName),
    workspace: names.workspace ?? ('production' as WorkspaceName),
  };
  if (kept === null) await writeWhole(pending, `${JSON.stringify(credentials, null, 2)}\n`);
  await announce(credentials);
  if (ready === null) await rename(pending, file);
  return credentials;
};
