import { lockDirectory, LockedError } from '#platform';
import { CannotStart } from '../cannot-start.js';

/**
 * One supervisor a data directory.
 *
 * @returns how to let go of it
 * @throws CannotStart when a living supervisor holds it.
 */
export const lockMesh = (file: string): (() => void) => {
  try {
    return lockDirectory(file);
  } catch (error) {
    if (!(error instanceof LockedError)) throw error;
    throw new CannotStart(
      `another mesh runs on this data directory (process ${error.pid})`,
      'stop that one first, or choose another directory with --data-dir',
    );
  }
};
