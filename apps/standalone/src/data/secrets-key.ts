import { readFile } from 'node:fs/promises';
import { newSecretsKey, SecretsKey, writeWhole } from '#platform';
import { CannotStart } from '../cannot-start.js';

/**
 * Reads the key that secrets in the log are sealed with; the first start makes it, in a file that only its owner reads.
 *
 * @throws CannotStart when it is there and cannot be used.
 */
export const openSecretsKey = async (file: string): Promise<string> => {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw new CannotStart(
      `${file} cannot be read: ${error.message}`,
      'run as the user who owns the data directory',
    );
  });
  if (text === null) {
    const key = newSecretsKey();
    await writeWhole(file, `${key}\n`);
    return key;
  }
  const kept = SecretsKey.safeParse(text.trim());
  if (kept.success) return kept.data;
  throw new CannotStart(
    `${file} is damaged`,
    'restore it from a backup; or move it away: then webhooks need their secrets set anew, estop webhooks rotate',
  );
};
