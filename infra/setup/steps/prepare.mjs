import { join } from 'node:path';
import { build, buildIsCurrent } from './build.mjs';
import { Failure } from './failure.mjs';
import { underLock } from './lock.mjs';
import { nodePath } from './node.mjs';
import { completePostgres, installPackages, packagesAreCurrent } from './packages.mjs';
import { step } from './progress.mjs';
import { run } from './run.mjs';

const natsServer = async (root) => {
  const script = join(root, 'infra', 'setup', 'nats-server.sh');
  const find = () => run('bash', [script, join(root, '.cache', 'nats')], { cwd: root });
  const known = await run('bash', [script, '--present', join(root, '.cache', 'nats')], {
    cwd: root,
  });
  const { code, stdout, stderr } =
    known.code === 0 ? known : await step('obtaining nats-server', find);
  if (code === 0) return stdout.trim();
  const [problem, ...cure] = stderr.trim().split(/\ncure: /);
  throw new Failure(
    problem,
    cure.join(' ').replaceAll('\n', ' ') || 'see infra/setup/nats-server.sh',
  );
};

const underWay = (pid) =>
  process.stderr.write(`  waiting for another launch to finish its set-up (process ${pid}) …\n`);

/**
 * Makes this checkout ready to run: packages, build, nats-server, Postgres. What is there already costs a few
 * milliseconds. Two launches at once do it one after the other.
 *
 * @returns {Promise<{node: string, natsServer: string | null}>}
 */
export const prepare = async (root, { nats = true, postgres = true } = {}) => {
  if (!packagesAreCurrent(root) || !buildIsCurrent(root)) {
    await underLock(root, underWay, async () => {
      if (!packagesAreCurrent(root)) await installPackages(root);
      if (!buildIsCurrent(root)) await build(root);
    });
  }
  if (postgres) await completePostgres(root);
  return { node: nodePath(root), natsServer: nats ? await natsServer(root) : null };
};
