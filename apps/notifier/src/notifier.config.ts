import { z } from 'zod';
import { AllowList, backgroundFields, SecretsKey, serviceFields, wholeNumber } from '#platform';

export const NotifierConfig = z.strictObject({
  ...serviceFields,
  ...backgroundFields,
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
