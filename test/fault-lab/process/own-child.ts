import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { existsSync } from 'node:fs';

export interface Program {
  readonly file: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

const SETPRIV = '/usr/bin/setpriv';

/** Ended by the kernel when the lab dies, however the lab dies, and even while it is frozen. */
const diesWithTheLab = ({ file, args }: Program): [string, string[]] =>
  existsSync(SETPRIV) ? [SETPRIV, ['--pdeathsig', 'KILL', file, ...args]] : [file, [...args]];

/** A child in a process group of its own: a Ctrl+C reaches the lab alone, which then ends its children in order. */
export const spawnChild = (program: Program, stdio: StdioOptions): ChildProcess => {
  const [file, args] = diesWithTheLab(program);
  return spawn(file, args, { detached: true, stdio, env: program.env ?? process.env });
};

/** A Node program with a channel to the lab. */
export const nodeProgram = (
  file: string,
  env: NodeJS.ProcessEnv = process.env,
  args: readonly string[] = [],
): Program => ({
  file: process.execPath,
  args: ['--enable-source-maps', file, ...args],
  env,
});
