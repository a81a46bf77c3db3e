import { z } from 'zod';
import { AllowList, SecretsKey, serviceFields, wholeNumber } from '#platform';

export const NotifierConfig = z.strictObject({
  ...serviceFields,
  port: wholeNumber(0, 65_535)
    .default(0)
    .describe('the port of /livez, /readyz, /startupz and /metrics; 0 picks a free one'),
  natsUser: z.string().nullable().default(null).describe('the user at NATS; none when empty'),
  natsPassword: z
    .string()
    .nullable()
    .default(null)
    .describe("the user's password")
    .meta({ secret: true }),
  natsDomain: z
    .string()
    .min(1)
    .optional()
    .describe('the JetStream domain of the hub, for a user with an account of its own'),
  dataDir: z
    .string()
    .min(1)
    .describe(
      'a directory for how far each log was read; lost, the last seven days are read again',
    ),
  secretsKey: SecretsKey.describe(
    'what webhooks’ secrets are sealed with, the same as at all command APIs',
  ).meta({ secret: true }),
  webhookAllow: AllowList.default([]).describe(
    'private targets that webhooks may have: CIDRs, addresses and host names, separated by commas',
  ),
  deliverySeconds: wholeNumber(1, 60)
    .default(15)
    .describe('how long a receiver has for its answer, seconds'),
});
export type NotifierConfig = z.infer<typeof NotifierConfig>;
