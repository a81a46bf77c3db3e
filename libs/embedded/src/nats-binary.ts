import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectRoot } from './project-root.js';

const run = promisify(execFile);

/**
 * The path of a nats-server that is recent enough: `NATS_SERVER_BIN`, the project's own, one on the PATH, or one obtained
 * now from the machine's package mirror. `infra/setup/nats-server.sh` is the one place that knows how.
 *
 * @throws Error that says what is missing and what to do.
 */
export const findNatsServer = async (root = projectRoot()): Promise<string> => {
  const script = join(root, 'infra', 'setup', 'nats-server.sh');
  try {
    const { stdout } = await run('bash', [script, join(root, '.cache', 'nats')]);
    return stdout.trim();
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    throw new Error(stderr?.trim() || message, { cause: error });
  }
};
