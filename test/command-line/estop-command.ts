import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { projectRoot } from '#embedded';

const MAIN = join(projectRoot(), 'dist', 'apps', 'cli', 'src', 'main.js');

export interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** The command line as a process of its own, in the shell of somebody who started the mesh in `dataDir`. */
export const estopIn =
  (dataDir: string) =>
  (...args: readonly string[]): Promise<Outcome> => {
    const kept = Object.entries(process.env).filter(
      ([name]) => !/^(ESTOP_|JEST_|NODE_OPTIONS)/.test(name),
    );
    const env = { ...Object.fromEntries(kept), ESTOP_DATA_DIR: dataDir };
    const child = spawn(process.execPath, [MAIN, ...args], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
    return new Promise((resolve) => child.once('close', (code) => resolve({ code, out, err })));
  };
