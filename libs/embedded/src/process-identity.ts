import { setTimeout as pause } from 'node:timers/promises';
import { isRunning, type ProcessIdentity } from '#platform';

export { identityOf, isRunning, type ProcessIdentity } from '#platform';

/** Sends a signal to exactly this process; `false` when it no longer runs. */
export const signalProcess = (identity: ProcessIdentity, signal: NodeJS.Signals): boolean => {
  if (!isRunning(identity)) return false;
  try {
    return process.kill(identity.pid, signal);
  } catch {
    return false;
  }
};

/**
 * Ends exactly this process: politely first, by SIGKILL when it still runs after `patienceMs`. Resolves when it is gone.
 *
 * @throws Error when it survives even that (it then belongs to another user, or the kernel holds it).
 */
export const endProcess = async (
  identity: ProcessIdentity,
  { polite = 'SIGTERM', patienceMs = 3000 }: { polite?: NodeJS.Signals; patienceMs?: number } = {},
): Promise<void> => {
  for (const [signal, patience] of [
    [polite, patienceMs],
    ['SIGKILL', 2000],
  ] as const) {
    const deadline = performance.now() + patience;
    signalProcess(identity, signal);
    while (isRunning(identity) && performance.now() < deadline) await pause(10);
    if (!isRunning(identity)) return;
  }
  throw new Error(`process ${identity.pid} does not end; end it by hand`);
};
