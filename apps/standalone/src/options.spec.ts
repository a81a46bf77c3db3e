import { readFileSync } from 'node:fs';
import { BadOption } from './cannot-start.js';
import { flags } from './command-line.js';
import { readOptions } from './options.js';

const refusalOf = (args: string[], env: Record<string, string> = {}): string => {
  try {
    readOptions(args, env);
  } catch (error) {
    if (error instanceof BadOption) return `${error.exitCode}: ${error.message}`;
    throw error;
  }
  return 'accepted';
};

it('has a mesh of two regions with two gateways each when nothing is said', () =>
  expect(readOptions([], {})).toMatchObject({
    dataDir: '.estop',
    port: 4600,
    regions: ['us-east', 'eu-west'],
    gatewaysPerRegion: 2,
    controlNodes: 2,
    topology: 'single',
    org: null,
    natsUrl: null,
    databaseUrl: null,
    json: false,
  }));

it('reads an option in either spelling and from its variable, and the command line wins', () => {
  const env = {
    ESTOP_PORT: '1',
    ESTOP_ORG: 'initech',
    ESTOP_URL: 'http://elsewhere',
    PATH: '/bin',
  };
  expect(readOptions(['--port=0', '--regions', 'north,south', '--json'], env)).toMatchObject({
    port: 0,
    org: 'initech',
    regions: ['north', 'south'],
    json: true,
  });
});

const refusals: [string, string[], RegExp][] = [
  ['an unknown option', ['--gateway-per-region', '2'], /no option --gateway-per-region/],
  ['a stray word', ['please'], /"please" is not an option/],
  ['an option at the end without its value', ['--port'], /--port has no value/],
  ['an option followed by another', ['--org', '--json'], /--org has no value/],
  ['a port that is none', ['--port', '70000'], /--port must be from 0 to 65535/],
  ['a region that cannot be a name', ['--regions', 'us-east,EU West'], /--regions .*a-z, 0-9/],
  ['a region named twice', ['--regions', 'a,a'], /--regions must name each region once/],
  ['no region', ['--regions', ','], /--regions must name at least one region/],
  ['no gateway', ['--gateways-per-region', '0'], /--gateways-per-region must be from 1 to 16/],
  ['no command API', ['--control-nodes', '0'], /--control-nodes must be from 1 to 5/],
  ['an unknown topology', ['--topology', 'ring'], /--topology .*single.*hub-and-leaves/],
  ['the reserved org', ['--org', 'mesh'], /--org "mesh" is reserved/],
  [
    'a database that is no Postgres',
    ['--database-url', 'mysql://x/y'],
    /--database-url must look like postgres:/,
  ],
];

it.each(refusals)('names %s', (_, args, message) => {
  expect(refusalOf(args)).toMatch(message);
  expect(refusalOf(args)).toMatch(/^2: /);
});

it('names every bad variable at once, and the unknown ones', () => {
  const refusal = refusalOf([], { ESTOP_PORT: 'x', ESTOP_PROT: '1' });
  expect(refusal).toContain('ESTOP_PORT must be a whole number');
  expect(refusal).toContain('ESTOP_PROT is not a setting');
});

it('shows no password when it refuses a URL', () =>
  expect(refusalOf(['--database-url', 'mysql://root:hunter2@x/y'])).not.toContain('hunter2'));

it('describes every option in the help', () => {
  const help = readFileSync(
    new URL('../../../infra/setup/help/start.txt', import.meta.url),
    'utf8',
  );
  for (const name of flags) expect(help).toContain(`--${name}`);
});
