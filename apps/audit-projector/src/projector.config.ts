import { RegionName } from '#contracts';
import { backgroundFields, serviceFields } from '#platform';
import { z } from 'zod';

export const ProjectorConfig = z.strictObject({
  ...serviceFields,
  ...backgroundFields,
  databaseUrl: z
    .url({ protocol: /^postgres(ql)?$/ })
    .describe('the Postgres of the read model, postgres://user:password@host:5432/database')
    .meta({ secret: true }),
  region: RegionName.default('hub' as RegionName).describe(
    'the region whose name stands in the subjects of the facts that it appends',
  ),
});
export type ProjectorConfig = z.infer<typeof ProjectorConfig>;
