import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { endHelpers } from './run.mjs';

const WATCH_MS = 250;
const PASSED_ON = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Name and parent of a process; `null` where the system does not tell. */
const lookUp = (pid) => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const end = stat.lastIndexOf(')');
    return {
      name: stat.slice(stat.indexOf('(') + 1, end),
      parent: Number(stat.slice(end + 2).split(' ')[1]),
    };
  } catch {
    return null;
  }
};

/** Our ancestors up to npm: often it has a shell in between, which outlives it. */
const ancestors = () => {
  const parent = lookUp(process.ppid);
  const shell = parent !== null && /^(sh|dash|bash|ash|zsh)$/.test(parent.name);
  return `${process.ppid} ${shell ? parent.parent : ''}`;
};

/** npm does not always say that it dies; our ancestors' numbers tell. */
const watchParent = (onOrphaned) => {
  if (process.env.npm_lifecycle_event === undefined) return () => undefined;
  const before = ancestors();
  const watching = setInterval(() => {
    if (ancestors() === before) return;
    clearInterval(watching);
    onOrphaned();
  }, WATCH_MS);
  return () => clearInterval(watching);
};

/** Until the child is up, a signal ends what we started for the set-up, and then us. */
export const endOnSignal = () => {
  for (const signal of PASSED_ON) {
    process.on(signal, () => {
      endHelpers(signal);
      process.exit(128 + constants.signals[signal]);
    });
  }
};

/**
 * Runs a program to its end. It gets our signals and our standard streams, and an IPC channel: when we die, however, the
 * channel closes and it ends itself.
 *
 * @returns {Promise<number>} its exit code; 128 + n when a signal ended it
 */
export const runChild = (file, args, env) =>
  new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
      env: { ...env, LAUNCHER_PID: String(process.pid) },
    });
    for (const signal of PASSED_ON) {
      process.removeAllListeners(signal);
      process.on(signal, () => child.kill(signal));
    }
    const unwatch = watchParent(() => child.kill('SIGTERM'));
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      unwatch();
      resolve(code ?? 128 + (constants.signals[signal] ?? 0));
    });
  });
