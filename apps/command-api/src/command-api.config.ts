import { z } from 'zod';
import { NamePart } from '#contracts';
import { serviceFields, wholeNumber } from '#platform';

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
  nodeId: NamePart.default('node-1').describe('the name of this control node, unique in the mesh'),
  dataDir: z
    .string()
    .min(1)
    .optional()
    .describe('the directory in which this control node keeps its id, its key and its spool'),
  databaseUrl: z
    .url({ protocol: /^postgres(ql)?$/ })
    .nullable()
    .default(null)
    .describe(
      'the Postgres of the read model; without it lists come from the log and have no use in them',
    )
    .meta({ secret: true }),
});
export type CommandApiConfig = z.infer<typeof CommandApiConfig>;
