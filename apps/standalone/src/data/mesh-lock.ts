import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { identityOf, isRunning, type ProcessIdentity } from '#embedded';
import { CannotStart } from '../cannot-start.js';

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

const inUse = (owner: ProcessIdentity): CannotStart =>
  new CannotStart(
    `another mesh runs on this data directory (process ${owner.pid})`,
    'stop that one first, or choose another directory with --data-dir',
  );

/**
 * One supervisor a data directory. The lock of a process that died counts for nothing, also when its number was given to
 * another process since.
 *
 * @returns how to let go of it
 * @throws CannotStart when a living supervisor holds it.
 */
export const lockDirectory = (file: string): (() => void) => {
  const me = identityOf(process.pid) as ProcessIdentity;
  while (!take(file, me)) {
    const owner = ownerOf(file);
    if (owner !== null && isRunning(owner)) throw inUse(owner);
    removeDead(file);
  }
  return () => rmSync(file, { force: true });
};
