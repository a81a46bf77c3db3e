import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const kept = new Set<string>();

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

// A Ctrl+C in the middle of a run leaves nothing either: the servers of the bench end with this process.
process.once('exit', () => kept.forEach(dropScratch));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.once(signal, () => {
    process.stderr.write(`\nbench: ended by ${signal}\n`);
    process.exit(130);
  });

/** A directory for as long as `use` takes. */
export const inScratch = async <T>(use: (dir: string) => Promise<T>): Promise<T> => {
  const dir = makeScratch();
  try {
    return await use(dir);
  } finally {
    dropScratch(dir);
  }
};
