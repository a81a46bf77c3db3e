import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const kept = new Set<string>();
const standing = new Set<() => Promise<void>>();

/** A directory that is gone when {@link dropScratch} is called, or this process ends. */
export const makeScratch = (): string => {
  const dir = mkdtempSync(join(tmpdir(), 'estop-bench-'));
  kept.add(dir);
  return dir;
};

export const dropScratch = (dir: string): void => {
  kept.delete(dir);
  rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
};

/** A directory for as long as `use` takes. */
export const inScratch = async <T>(use: (dir: string) => Promise<T>): Promise<T> => {
  const dir = makeScratch();
  try {
    return await use(dir);
  } finally {
    dropScratch(dir);
  }
};

/** Calls `stop` after `use`, however that ends; a Ctrl+C in the middle is an end, too. */
export const thenStopped = async <T>(
  stop: () => Promise<void>,
  use: () => Promise<T>,
): Promise<T> => {
  standing.add(stop);
  try {
    return await use();
  } finally {
    standing.delete(stop);
    await stop();
  }
};

/** What stands ends in order, so that nothing writes into a directory that is gone. */
const end = async (signal: NodeJS.Signals): Promise<void> => {
  process.stderr.write(`\nbench: ended by ${signal}\n`);
  // What the bench was waiting for cannot come any more.
  process.on('uncaughtException', () => undefined);
  await Promise.allSettled([...standing].map((stop) => stop()));
  process.exit(130);
};

process.once('exit', () => kept.forEach(dropScratch));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.once(signal, () => void end(signal));
