import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError, loadConfig } from '#platform';
import { CannotStart } from './cannot-start.js';
import { firstStart } from './first-start/first-start.js';
import { ProvisionConfig } from './provision.config.js';

const provision = async (): Promise<string> => {
  const { dataDir, natsUrl, natsUser, natsPassword, replicas, org, workspace } = loadConfig(
    ProvisionConfig,
    process.env,
  );
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const credentialsFile = join(dataDir, 'credentials.json');
  await firstStart({
    natsUrl,
    natsUser,
    natsPassword,
    replicas,
    credentialsFile,
    names: { org, workspace },
  });
  return credentialsFile;
};

try {
  console.log(`provisioned; the keys are in ${await provision()}`);
} catch (error) {
  const cure = error instanceof CannotStart ? `\n  cure: ${error.cure}` : '';
  console.error(`provision: ${(error as Error).message}${cure}`);
  process.exitCode = error instanceof ConfigError ? 2 : 1;
}
