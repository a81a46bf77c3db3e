import { access, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { HUB_ACCOUNT } from '#event-store-jetstream';

/** nats-server's name for the one account of a server that is configured without accounts. */
const ONLY_ACCOUNT = '$G';

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/**
 * A mesh of version 0.1 kept its streams in the server's one account: they move into the hub's as they are, before the
 * server starts. Otherwise an upgrade would begin an empty log, in which nothing is stopped.
 */
export const adoptStore = async (dir: string): Promise<void> => {
  const accounts = join(dir, 'store', 'jetstream');
  const [old, now] = [join(accounts, ONLY_ACCOUNT), join(accounts, HUB_ACCOUNT)];
  if ((await isThere(join(old, 'streams'))) && !(await isThere(now))) await rename(old, now);
};
