import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from './failure.mjs';
import { nodePath } from './node.mjs';
import { step } from './progress.mjs';
import { run } from './run.mjs';

const stampFile = (root) => join(root, 'dist', '.estop-build-hash');

const filesUnder = (directory) =>
  existsSync(directory)
    ? readdirSync(directory, { recursive: true, withFileTypes: true })
        .filter(
          (entry) =>
            entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.spec.ts'),
        )
        .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    : [];

const roomsOf = (house) => (existsSync(house) ? readdirSync(house) : []);

const sources = (root) => {
  const houses = ['apps', 'libs'].flatMap((house) =>
    roomsOf(join(root, house)).map((room) => join(root, house, room, 'src')),
  );
  const settings = ['tsconfig.json', 'tsconfig.build.json', 'package-lock.json'].map((name) =>
    join(root, name),
  );
  const measured = ['bench', 'fault-lab'].map((room) => join(root, 'test', room));
  return [...houses, ...measured].flatMap(filesUnder).concat(settings).sort();
};

/** Names, sizes and times: enough to see that somebody edited, pulled or switched, and read in milliseconds. */
const sourceHash = (root) => {
  const hash = createHash('sha256');
  for (const file of sources(root)) {
    const { mtimeMs, size } = statSync(file);
    hash.update(`${file}\0${mtimeMs}\0${size}\n`);
  }
  return hash.digest('hex');
};

export const buildIsCurrent = (root) =>
  existsSync(stampFile(root)) && readFileSync(stampFile(root), 'utf8') === sourceHash(root);

export const build = (root) =>
  step('building', async () => {
    const hash = sourceHash(root);
    const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    const { code, stdout, stderr } = await run(nodePath(root), [tsc, '-p', 'tsconfig.build.json'], {
      cwd: root,
    });
    if (code !== 0) {
      throw new Failure(
        `the sources do not compile:\n${(stdout + stderr).trim().slice(0, 4000)}`,
        'mend them, then start again',
      );
    }
    mkdirSync(join(root, 'dist'), { recursive: true });
    writeFileSync(stampFile(root), hash);
  });
