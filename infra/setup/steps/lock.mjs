import { mkdirSync, readFileSync, renameSync, rmSync, linkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** A process's start, so that a number that was given again is not taken for the same process. */
const startOf = (pid) => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return null;
  }
};

const alive = ({ pid, start }) => {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error.code !== 'EPERM') return false;
  }
  return start === null || startOf(pid) === start;
};

const ownerOf = (file) => {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
};

/** A link either makes the whole lock or fails: nobody ever sees half of one. */
const take = (file) => {
  const mine = `${file}.${process.pid}`;
  writeFileSync(mine, JSON.stringify({ pid: process.pid, start: startOf(process.pid) }));
  try {
    linkSync(mine, file);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(mine, { force: true });
  }
};

/** Moved aside and looked at again: had somebody taken it meanwhile, it is put back. */
const removeDead = (file) => {
  const aside = `${file}.dead.${process.pid}`;
  try {
    renameSync(file, aside);
    const owner = ownerOf(aside);
    if (owner !== null && alive(owner)) linkSync(aside, file);
    rmSync(aside, { force: true });
  } catch (error) {
    if (error.code !== 'ENOENT' && error.code !== 'EEXIST') throw error;
  }
};

/** Does some work while no other launch of this checkout does any. */
export const underLock = async (root, onWait, work) => {
  const directory = join(root, '.cache');
  const file = join(directory, 'setup.lock');
  mkdirSync(directory, { recursive: true });
  for (let told = false; !take(file);) {
    const owner = ownerOf(file);
    if (owner !== null && !alive(owner)) {
      removeDead(file);
      continue;
    }
    if (!told && owner !== null) onWait(owner.pid);
    told = told || owner !== null;
    await pause(100);
  }
  const release = () => rmSync(file, { force: true });
  process.once('exit', release);
  try {
    return await work();
  } finally {
    release();
    process.off('exit', release);
  }
};
