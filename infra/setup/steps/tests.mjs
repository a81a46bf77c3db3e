import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runChild } from './child.mjs';
import { systemFailure } from './failure.mjs';
import { prepare } from './prepare.mjs';

/** What the reporter counted; a run that ended before it could count is one failure. */
const readCounts = (file) => {
  try {
    const { passed, failed, interrupted } = JSON.parse(readFileSync(file, 'utf8'));
    return { passed, failed: interrupted ? failed + 1 : failed };
  } catch {
    return { passed: 0, failed: 1 };
  }
};

const jest = async (root, args, nodeArgs, environment, counts) => {
  const { node, natsServer } = await prepare(root);
  const file = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
  const flags = ['--disable-warning=ExperimentalWarning', '--experimental-vm-modules', ...nodeArgs];
  const env = { ...environment(natsServer), JEST_ESTOP_COUNTS: counts, NODE_ENV: 'test' };
  return runChild(
    node,
    [...flags, file, '--rootDir', root, '--config', join(root, 'jest.config.mjs'), ...args],
    env,
  );
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
  const counts = join(directory, 'counts.json');
  let code = 1;
  try {
    code = await jest(
      root,
      args.filter((arg) => arg !== '--json'),
      nodeArgs,
      environment,
      counts,
    );
  } catch (error) {
    const { message, cure } = systemFailure(error);
    process.stderr.write(`estop: ${message}\n  cure: ${cure}\n`);
  }
  const { passed, failed } = readCounts(counts);
  rmSync(directory, { recursive: true, force: true });
  process.stdout.write(
    json ? `${JSON.stringify({ passed, failed })}\n` : `${passed} passed, ${failed} failed\n`,
  );
  return code === 0 && failed > 0 ? 1 : code;
};
