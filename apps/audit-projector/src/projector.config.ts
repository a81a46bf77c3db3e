import { RegionName } from '#contracts';
import { serviceFields, wholeNumber } from '#platform';
import { z } from 'zod';

export const ProjectorConfig = z.strictObject({
  ...serviceFields,
  port: wholeNumber(0, 65_535)
    .default(0)
    .describe('the port of /livez, /readyz, /startupz and /metrics; 0 picks a free one'),
  databaseUrl: z
    .url({ protocol: /^postgres(ql)?$/ })
    .describe('the Postgres of the read model, postgres://user:password@host:5432/database')
    .meta({ secret: true }),
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
  region: RegionName.default('hub' as RegionName).describe(
    'the region whose name stands in the subjects of the facts that it appends',
  ),
});
export type ProjectorConfig = z.infer<typeof ProjectorConfig>;
