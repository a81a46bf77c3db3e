import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { identityOf, isRunning, type ProcessIdentity } from '#embedded';

const PREFIX = 'estop-tests-';

const ownerOf = (directory: string): ProcessIdentity | null => {
  try {
    return JSON.parse(readFileSync(join(directory, 'owner.json'), 'utf8')) as ProcessIdentity;
  } catch {
    return null;
  }
};

/** What a run that was killed left behind. A directory without an owner may be in the making: it is left alone. */
const removeAbandoned = (): void => {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(PREFIX))) {
    const directory = join(tmpdir(), name);
    const owner = ownerOf(directory);
    if (owner !== null && !isRunning(owner)) rmSync(directory, { recursive: true, force: true });
  }
};

/** A temporary directory that this process owns: removed at its end, or by a later run if it was killed. */
export const ownedDirectory = (): { path: string; remove(): void } => {
  removeAbandoned();
  const path = mkdtempSync(join(tmpdir(), PREFIX));
  writeFileSync(join(path, 'owner.json'), JSON.stringify(identityOf(process.pid)));
  const remove = () => rmSync(path, { recursive: true, force: true });
  process.once('exit', remove);
  return { path, remove };
};
