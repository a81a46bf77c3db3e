import { dirname, join, relative } from 'node:path';
import { projectRoot } from '#embedded';

/** What is up, in the words of the `--json` line. */
export interface Readiness {
  readonly ready: true;
  readonly gateways: readonly {
    readonly id: string;
    readonly region: string;
    readonly url: string;
  }[];
  /** The first of them, for clients that know one. */
  readonly command_api: string;
  readonly command_apis: readonly string[];
  readonly dashboard: string | null;
  readonly nats: string;
  /** Path of the credentials file. */
  readonly credentials: string;
}

const row = (name: string, ...values: string[]): string =>
  `  ${name.padEnd(14)}${values.join('  ')}`;

/** As one would type it here. */
const near = (path: string): string => {
  const way = relative(process.cwd(), path) || '.';
  return way.startsWith('..') ? path : way;
};

/** The same for a person at a terminal, with what to try first. */
export const summaryOf = (ready: Readiness, tookMs: number): string => {
  const widest = Math.max(...ready.gateways.map(({ id }) => id.length));
  const estop = near(join(projectRoot(), 'infra', 'setup', 'estop.mjs'));
  const directory = near(dirname(ready.credentials));
  return [
    `Estop is up (${(tookMs / 1000).toFixed(1)} s). Ctrl+C stops it; the next start brings everything back.`,
    '',
    ...ready.gateways.map(({ id, url }, index) =>
      row(index === 0 ? 'gateways' : '', id.padEnd(widest), url),
    ),
    ...ready.command_apis.map((url, index) => row(index === 0 ? 'command APIs' : '', url)),
    row('nats', ready.nats),
    row('credentials', near(ready.credentials)),
    '',
    'Try in another terminal:',
    ...(directory === '.estop' ? [] : [`  export ESTOP_DATA_DIR=${directory}`]),
    `  node ${estop} status`,
    `  node ${estop} --help`,
  ].join('\n');
};
