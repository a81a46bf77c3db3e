import { jest } from '@jest/globals';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { temporaryDirectory } from '#testing';
import { MeshProcess } from '../standalone/mesh-process.js';

jest.setTimeout(60_000);

/** Writes the URL of every module that a process loads into a file of its own. */
const WATCH = `
import { registerHooks } from 'node:module';
import { appendFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
const main = process.argv[1] ?? '';
const app = basename(dirname(dirname(main)));
const file = join(process.env.MODULES_DIRECTORY, app + '-' + process.pid);
registerHooks({
  load(url, context, next) {
    appendFileSync(file, url + '\\n');
    return next(url, context);
  },
});
`;

/** The modules of each app, by the app's name. */
const modulesOf = (directory: string): Map<string, string[]> =>
  new Map(
    readdirSync(directory)
      .filter((name) => /-\d+$/.test(name))
      .map((name) => [
        name.replace(/-\d+$/, ''),
        readFileSync(join(directory, name), 'utf8').split('\n'),
      ]),
  );

const meshWith = async (env: Record<string, string>): Promise<Map<string, string[]>> => {
  const directory = temporaryDirectory('modules');
  const watch = join(directory, 'watch.mjs');
  writeFileSync(watch, WATCH);
  const mesh = new MeshProcess(
    [
      ...['--json', '--port', '0', '--data-dir', join(directory, 'data')],
      ...['--regions', 'us-east', '--gateways-per-region', '1'],
    ],
    {
      NODE_OPTIONS: `--import=${pathToFileURL(watch).href}`,
      MODULES_DIRECTORY: directory,
      ...env,
    },
  );
  try {
    await mesh.ready();
  } finally {
    await mesh.signalGroup('SIGTERM');
  }
  expect(existsSync(watch)).toBe(true);
  return modulesOf(directory);
};

const SERVICES = ['audit-projector', 'command-api', 'gateway'];
const SDK = /\/@opentelemetry\/(?!api\/)|\/@grpc\/|\/protobufjs\//;

const loadsSdk = (modules: Map<string, string[]>): boolean[] =>
  SERVICES.map((name) => (modules.get(name) ?? []).some((url) => SDK.test(url)));

it('without an exporter no service loads the SDK of OpenTelemetry', async () => {
  const modules = await meshWith({});
  for (const name of SERVICES) expect(modules.get(name)?.length).toBeGreaterThan(100);
  expect(loadsSdk(modules)).toEqual([false, false, false]);
});

it('with one, every service does', async () => {
  const modules = await meshWith({ ESTOP_OTLP_URL: 'http://127.0.0.1:9' });
  expect(loadsSdk(modules)).toEqual([true, true, true]);
});
