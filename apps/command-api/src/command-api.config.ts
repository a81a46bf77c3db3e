import { z } from 'zod';
import { NamePart } from '#contracts';
import { SecretsKey, serviceFields, wholeNumber } from '#platform';

/** With the random part an id has at most 63 characters. */
const NODE_NAME_MAX = 54;

/** Everything a command API can be told, as `ESTOP_…` variables. */
export const CommandApiConfig = z.strictObject({
  ...serviceFields,
  natsUser: z.string().min(1).optional().describe('the user on the NATS servers'),
  natsPassword: z
    .string()
    .min(1)
    .optional()
    .describe('the password of that user')
    .meta({ secret: true }),
  port: wholeNumber(0, 65_535).default(4700).describe('the port to listen on; 0 picks a free one'),
  nodeId: NamePart.max(NODE_NAME_MAX)
    .default('node-1')
    .describe('the name of this control node; its id adds eight random characters to it'),
  dataDir: z
    .string()
    .min(1)
    .describe(
      "this node's own directory on a disk that lasts: its id and key, and stops that the control log does not have yet",
    ),
  canarySeconds: wholeNumber(0, 86_400)
    .default(60)
    .describe('how often the canary of each region is stopped and resumed, seconds; 0: never'),
  databaseUrl: z
    .url({ protocol: /^postgres(ql)?$/ })
    .nullable()
    .default(null)
    .describe(
      'the Postgres of the read model; without it lists come from the log and have no use in them',
    )
    .meta({ secret: true }),
  secretsKey: SecretsKey.nullable()
    .default(null)
    .describe(
      "what webhooks' secrets are sealed with, the same at all command APIs and the notifier; without it there are no webhooks",
    )
    .meta({ secret: true }),
});
export type CommandApiConfig = z.infer<typeof CommandApiConfig>;
