import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { OrgName, WorkspaceName } from '#contracts';
import { ConfigError, loadConfig, serviceFields, wholeNumber } from '#platform';
import { CannotStart } from './cannot-start.js';
import { firstStart } from './first-start/first-start.js';

/** Settings of the provisioning of a mesh whose servers and services somebody else runs (docker compose). */
export const ProvisionConfig = z.strictObject({
  natsUrl: serviceFields.natsUrl,
  natsUser: z.string().nullable().default(null).describe('user at the NATS servers'),
  natsPassword: z
    .string()
    .nullable()
    .default(null)
    .describe('password at the NATS servers')
    .meta({ secret: true }),
  dataDir: z.string().min(1).describe('the directory for the credentials file'),
  org: OrgName.nullable().default(null).describe('the first organization'),
  workspace: WorkspaceName.nullable().default(null).describe('its first workspace'),
  replicas: wholeNumber(1, 5).default(1).describe('copies of each stream: 3 in production'),
});

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
