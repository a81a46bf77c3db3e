import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runChild } from './child.mjs';
import { systemFailure } from './failure.mjs';
import { prepare } from './prepare.mjs';

/**
 * Stories that start whole meshes, of some ten processes each: one at a time, after everything else, so that each has the
 * machine for itself.
 */
const STORIES = '/test/(budgets|command-line|compatibility|e2e|notifier|policies|standalone)/';
const PASSES = [
  ['--testPathIgnorePatterns', STORIES, '/node_modules/'],
  ['--testPathPatterns', STORIES, '--maxWorkers', '1'],
];

/** What the reporter counted; a run that ended before it could count is one failure. */
const readCounts = (file) => {
  try {
    const { passed, failed, interrupted } = JSON.parse(readFileSync(file, 'utf8'));
    return { passed, failed: interrupted ? failed + 1 : failed };
  } catch {
    return { passed: 0, failed: 1 };
  }
};

/** Runs jest once. @returns {Promise<{code: number, passed: number, failed: number}>} */
const jest = async (run, args) => {
  const { root, node, env, directory } = run;
  const counts = join(directory, 'counts.json');
  rmSync(counts, { force: true });
  const file = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
  const flags = ['--disable-warning=ExperimentalWarning', '--experimental-vm-modules'];
  const code = await runChild(
    node,
    [
      ...[...flags, ...run.nodeArgs, file],
      ...['--rootDir', root, '--config', join(root, 'jest.config.mjs')],
      ...args,
    ],
    { ...env, JEST_ESTOP_COUNTS: counts, NODE_ENV: 'test' },
  );
  return { code, ...readCounts(counts) };
};

/** Everything in two passes, or in one what the arguments name. The second pass runs also when the first found failures. */
const runPasses = async (run, args) => {
  const passes = args.length > 0 ? [args] : PASSES;
  const total = { code: 0, passed: 0, failed: 0 };
  for (const pass of passes) {
    const { code, passed, failed } = await jest(run, pass);
    total.code ||= code;
    total.passed += passed;
    total.failed += failed;
    if (code > 128) break;
  }
  return total;
};

/**
 * Runs jest on everything, or on what the arguments name. The last line on stdout is `N passed, N failed` alone (with
 * `--json`: one line of JSON); a suite that could not run counts as a failure.
 *
 * @returns {Promise<number>} exit code
 */
export const runTests = async (root, args, nodeArgs, environment) => {
  const json = args.includes('--json');
  const directory = mkdtempSync(join(tmpdir(), 'estop-counts-'));
  let total = { code: 1, passed: 0, failed: 1 };
  try {
    const { node, natsServer } = await prepare(root);
    const run = { root, node, nodeArgs, directory, env: environment(natsServer) };
    total = await runPasses(
      run,
      args.filter((arg) => arg !== '--json'),
    );
  } catch (error) {
    const { message, cure } = systemFailure(error);
    process.stderr.write(`estop: ${message}\n  cure: ${cure}\n`);
  }
  rmSync(directory, { recursive: true, force: true });
  const { code, passed, failed } = total;
  process.stdout.write(
    json ? `${JSON.stringify({ passed, failed })}\n` : `${passed} passed, ${failed} failed\n`,
  );
  return code === 0 && failed > 0 ? 1 : code;
};
