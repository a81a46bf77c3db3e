import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const isOurs = (directory: string): boolean => {
  const file = join(directory, 'package.json');
  return (
    existsSync(file) &&
    (JSON.parse(readFileSync(file, 'utf8')) as { name?: string }).name === 'estop'
  );
};

/** The directory of this installation, the same from the sources and from the build. */
export const projectRoot = (): string => {
  let directory = dirname(fileURLToPath(import.meta.url));
  while (!isOurs(directory)) {
    const parent = dirname(directory);
    if (parent === directory)
      throw new Error('the installation is incomplete: its package.json is missing');
    directory = parent;
  }
  return directory;
};
