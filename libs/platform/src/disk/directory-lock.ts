import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { identityOf, isRunning, type ProcessIdentity } from './process-identity.js';

/** A living process holds the directory. */
export class LockedError extends Error {
  override readonly name = 'LockedError';
  readonly code = 'DIRECTORY_LOCKED';
  constructor(
    readonly directory: string,
    /** Of who holds it. */
    readonly pid: number,
  ) {
    super(
      `${directory} is in use by the process ${pid}. Stop that one first, or give this one a directory of its own`,
    );
  }
}

const ownerOf = (file: string): ProcessIdentity | null => {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ProcessIdentity;
  } catch {
    return null;
  }
};

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;

/** A link makes the whole lock or fails: nobody ever reads half of one. */
const take = (file: string, me: ProcessIdentity): boolean => {
  const mine = `${file}.${randomBytes(4).toString('hex')}`;
  writeFileSync(mine, JSON.stringify(me), { mode: 0o600 });
  try {
    linkSync(mine, file);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(mine, { force: true });
  }
};

/** Moved aside and looked at again: had somebody taken it meanwhile, it is put back. */
const removeDead = (file: string): void => {
  const aside = `${file}.${randomBytes(4).toString('hex')}.dead`;
  try {
    renameSync(file, aside);
    const owner = ownerOf(aside);
    if (owner !== null && isRunning(owner)) linkSync(aside, file);
    rmSync(aside, { force: true });
  } catch (error) {
    if (codeOf(error) !== 'ENOENT' && codeOf(error) !== 'EEXIST') throw error;
  }
};

/**
 * One process a directory, by a file in it. The lock of a process that died counts for nothing, also when its number was
 * given to another process since. Processes of other machines, or of containers that cannot see each other, are not seen.
 *
 * @returns how to let go of it
 * @throws LockedError when a living process holds it, this one included
 */
export const lockDirectory = (file: string): (() => void) => {
  const me = identityOf(process.pid);
  if (me === null) throw new Error('this process does not find itself among the running ones');
  while (!take(file, me)) {
    const owner = ownerOf(file);
    if (owner !== null && isRunning(owner)) throw new LockedError(dirname(file), owner.pid);
    removeDead(file);
  }
  return () => rmSync(file, { force: true });
};
