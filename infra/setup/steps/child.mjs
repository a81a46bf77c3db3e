import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { endHelpers } from './run.mjs';

const WATCH_MS = 250;
const PASSED_ON = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** npm does not always say that it dies; our parent's number tells. */
const watchParent = (onOrphaned) => {
  if (process.env.npm_lifecycle_event === undefined) return () => undefined;
  const parent = process.ppid;
  const watching = setInterval(() => {
    if (process.ppid === parent) return;
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
    const child = spawn(file, args, { stdio: ['inherit', 'inherit', 'inherit', 'ipc'], env });
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
