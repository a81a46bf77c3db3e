import { z } from 'zod';
import { OrgName, WorkspaceName } from '#contracts';
import { serviceFields, wholeNumber } from '#platform';

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
