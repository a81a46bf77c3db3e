import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { endProcess, identityOf, type ProcessIdentity } from './process-identity.js';

/** A server that we started. */
export interface RunningServer {
  readonly url: string;
  readonly pid: number;
  readonly port: number;
  readonly identity: ProcessIdentity;
  /** Resolves when the process is gone, for whatever reason, with what it said last. */
  readonly exited: Promise<string>;
  /** Ends it cleanly and resolves when it is gone. Safe to call twice. */
  stop(): Promise<void>;
  /** SIGKILL, as a crash would; resolves when it is gone. */
  crash(): Promise<void>;
}

export interface SpawnedProcess {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly identity: ProcessIdentity;
  readonly exited: Promise<string>;
  /** The end of what it wrote to stderr. */
  lastWords(): string;
  /** Called with all that was written so far whenever there is more. */
  onOutput(listener: (text: string) => void): void;
}

const LAST_WORDS = 8000;

/** With util-linux at hand the kernel itself ends the server when we die, even by SIGKILL. */
export const diesWithUs = (signal: string, command: readonly string[]): string[] =>
  process.platform === 'linux' && existsSync('/usr/bin/setpriv')
    ? ['/usr/bin/setpriv', '--pdeathsig', signal, ...command]
    : [...command];

/**
 * Starts a server in a process group of its own, so that a Ctrl+C meant for us does not take it away before the services
 * that use it have ended.
 *
 * @throws Error with the server's last words when it ends at once.
 */
export const spawnServer = (command: readonly string[], cwd?: string): SpawnedProcess => {
  const [file, ...args] = command as [string, ...string[]];
  const child = spawn(file, args, { cwd, detached: true, stdio: ['ignore', 'ignore', 'pipe'] });
  const listeners: ((text: string) => void)[] = [];
  let words = '';
  child.stderr.setEncoding('utf8');
  child.stderr.on('data', (text: string) => {
    words = (words + text).slice(-LAST_WORDS);
    for (const listener of listeners) listener(words);
  });
  const exited = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) =>
      resolve(`ended with ${signal ?? `code ${code}`}: ${words.trim()}`),
    );
  });
  const identity = child.pid === undefined ? null : identityOf(child.pid);
  if (child.pid === undefined || identity === null) throw new Error(`cannot start ${file}`);
  const pid = child.pid;
  return {
    child,
    pid,
    identity,
    exited,
    lastWords: () => words,
    onOutput: (listener) => void listeners.push(listener),
  };
};

/** The handle on a server that is up. `politely` is the signal that it understands as "finish and end". */
export const runningServer = (
  spawned: SpawnedProcess,
  at: { url: string; port: number; politely: NodeJS.Signals; patienceMs: number },
): RunningServer => {
  const onExit = () => void spawned.child.kill(at.politely);
  process.once('exit', onExit);
  void spawned.exited.then(() => process.off('exit', onExit));
  const end = async (polite: NodeJS.Signals) => {
    await endProcess(spawned.identity, { polite, patienceMs: at.patienceMs });
    await spawned.exited;
  };
  return {
    url: at.url,
    port: at.port,
    pid: spawned.pid,
    identity: spawned.identity,
    exited: spawned.exited,
    stop: () => end(at.politely),
    crash: () => end('SIGKILL'),
  };
};
