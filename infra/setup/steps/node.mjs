import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from './failure.mjs';

const MINIMUM = [24, 9];

const isRecent = (version) => {
  const [major, minor] = version.replace(/^v/, '').split('.').map(Number);
  return major > MINIMUM[0] || (major === MINIMUM[0] && minor >= MINIMUM[1]);
};

const versionOf = (file) => {
  try {
    return execFileSync(file, ['--version'], { encoding: 'utf8' }).trim();
  } catch {
    return null;
  }
};

let found = null;

/** The Node that runs the mesh: the one among the packages, or the one that runs us when it is recent enough. */
export const nodePath = (root) => {
  if (found !== null) return found;
  const own = join(root, 'node_modules', '.bin', 'node');
  const version = existsSync(own) ? versionOf(own) : null;
  if (version !== null && isRecent(version)) return (found = own);
  if (isRecent(process.version)) return (found = process.execPath);
  const what = version === null ? 'is not among the packages' : `among the packages is ${version}`;
  throw new Failure(
    `Node.js ${MINIMUM.join('.')} or newer is needed; this is ${process.version}, and the one that comes along ${what} (${process.platform} ${process.arch})`,
    'run npm ci without --omit=optional, or start this with Node.js 24.9 or newer from https://nodejs.org',
  );
};
