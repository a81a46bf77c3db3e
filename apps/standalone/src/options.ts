import { z } from 'zod';
import { NamePart, OrgName, RegionName, WorkspaceName } from '#contracts';
import { commaList, ConfigError, flag, loadConfig, serviceFields, wholeNumber } from '#platform';
import { BadOption } from './cannot-start.js';
import { variablesFrom } from './command-line.js';
import { Topology } from './data/servers-file.js';

const REGIONS_MAX = 8;
const GATEWAYS_MAX = 16;
const NODES_MAX = 5;

const serverUrls = (protocols: readonly string[], example: string) =>
  z
    .string()
    .refine(
      (text) =>
        text.split(',').every((url) => protocols.includes(URL.parse(url.trim())?.protocol ?? '')),
      `must look like ${example}`,
    );

const Regions = commaList().pipe(
  z
    .array(RegionName)
    .min(1, 'must name at least one region')
    .max(REGIONS_MAX, `must name at most ${REGIONS_MAX} regions`)
    .refine((names) => new Set(names).size === names.length, 'must name each region once')
    // A gateway's id is its region, a dash and a number, and is a name itself.
    .refine(
      (names) => names.every((name) => NamePart.safeParse(`${name}-${GATEWAYS_MAX}`).success),
      'a region must have at most 60 characters',
    ),
);

/** Options of `estop up`: `--data-dir` is also `ESTOP_DATA_DIR`, and so on. */
const OptionSchema = z.strictObject({
  dataDir: z.string().default('.estop').describe('where everything is kept'),
  port: wholeNumber(0, 65535)
    .default(4600)
    .describe('port of the first gateway; 0 picks free ports'),
  regions: Regions.default(['us-east', 'eu-west'] as RegionName[]).describe(
    'names separated by commas',
  ),
  gatewaysPerRegion: wholeNumber(1, GATEWAYS_MAX).default(2).describe('gateways in each region'),
  controlNodes: wholeNumber(1, NODES_MAX)
    .default(2)
    .describe('command APIs; with one, its crash fences everything until it is back'),
  topology: Topology.default('single').describe('how the NATS servers stand to each other'),
  org: OrgName.nullable().default(null).describe('the first organization'),
  workspace: WorkspaceName.nullable().default(null).describe('its first workspace'),
  databaseUrl: serverUrls(
    ['postgres:', 'postgresql:'],
    'postgres://user:password@host:5432/database',
  )
    .nullable()
    .default(null)
    .describe('a Postgres that you run')
    .meta({ secret: true }),
  natsUrl: serverUrls(['nats:', 'tls:'], 'nats://host:4222')
    .nullable()
    .default(null)
    .describe('a nats-server that you run')
    .meta({ secret: true }),
  natsUser: z.string().nullable().default(null).describe('user at your nats-server'),
  natsPassword: z
    .string()
    .nullable()
    .default(null)
    .describe('password at your nats-server')
    .meta({ secret: true }),
  webhookAllow: z
    .string()
    .nullable()
    .default(null)
    .describe('private targets that webhooks may have: CIDRs and host names, separated by commas'),
  json: flag().default(false).describe('one line of JSON when all is ready'),
  logLevel: serviceFields.logLevel,
  otlpUrl: serviceFields.otlpUrl,
});
export type Options = z.infer<typeof OptionSchema>;

/** What the command line client reads: it may be set in the same shell. */
const CLIENT_VARIABLES = new Set(['ESTOP_URL', 'ESTOP_API_KEY', 'ESTOP_KEY']);

/**
 * Options from the command line and from `ESTOP_…` variables; the command line wins.
 *
 * @throws BadOption that names every option that cannot be used, and what it may be.
 */
export const readOptions = (
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Options => {
  const given = variablesFrom(args);
  const ours = Object.entries(env).filter(([name]) => !CLIENT_VARIABLES.has(name));
  const typed = [...given].map(([name, { value }]) => [name, value] as const);
  try {
    return loadConfig(OptionSchema, Object.fromEntries([...ours, ...typed]));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const problems = error.fields.map(
      ({ name, problem }) => `${given.get(name)?.flag ?? name} ${problem}`,
    );
    throw new BadOption(problems.join('; '), 'see --help');
  }
};
