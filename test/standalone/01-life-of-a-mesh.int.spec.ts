import { jest } from '@jest/globals';
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isRunning, signalProcess } from '#embedded';
import { temporaryDirectory, until } from '#testing';
import { MeshProcess, type ReadyLine } from './mesh-process.js';

const dataDir = temporaryDirectory('mesh');
const args = [
  '--data-dir',
  dataDir,
  '--port',
  '0',
  '--regions',
  'us-east,eu-west',
  '--gateways-per-region',
  '1',
  '--json',
];

let mesh: MeshProcess;
let first: ReadyLine;

const modeOf = (name: string): string => (statSync(join(dataDir, name)).mode & 0o777).toString(8);
const credentials = () =>
  JSON.parse(readFileSync(join(dataDir, 'credentials.json'), 'utf8')) as Record<string, string>;
const digest = (name: string) =>
  createHash('sha256')
    .update(readFileSync(join(dataDir, name)))
    .digest('hex');

const statusOf = async (url: string, key: string): Promise<number> => {
  const response = await fetch(`${url}/v1/mesh/agents`, { headers: { 'x-api-key': key } });
  await response.arrayBuffer();
  return response.status;
};

const healthy = async ({ gateways }: ReadyLine): Promise<boolean[]> =>
  Promise.all(gateways.map(async ({ url }) => (await fetch(`${url}/health`)).ok));

jest.setTimeout(60_000);
afterAll(async () => {
  if (mesh.child.exitCode === null && mesh.child.signalCode === null)
    await mesh.signalGroup('SIGKILL');
});

it('1. starts everything and says so in exactly one line', async () => {
  mesh = new MeshProcess(args);
  first = await mesh.ready();
  expect(mesh.stdout.split('\n')).toHaveLength(2);
  expect(first.gateways.map(({ id, region }) => `${region}/${id}`)).toEqual([
    'us-east/us-east-1',
    'eu-west/eu-west-1',
  ]);
  expect(first).toMatchObject({
    ready: true,
    dashboard: null,
    credentials: join(dataDir, 'credentials.json'),
  });
  expect(await healthy(first)).toEqual([true, true]);
  expect(first.command_apis).toHaveLength(2);
  expect(first.command_api).toBe(first.command_apis[0]);
});

it('2. made keys that hold on every gateway, in a file that only its owner reads', async () => {
  const { admin_key, operator_key, viewer_key, org, workspace } = credentials();
  expect({ org, workspace }).toEqual({ org: 'acme', workspace: 'production' });
  expect(modeOf('credentials.json')).toBe('600');
  expect(modeOf('servers.json')).toBe('600');
  expect(modeOf('secrets.key')).toBe('600');
  expect(readFileSync(join(dataDir, 'secrets.key'), 'utf8')).toMatch(/^[0-9a-f]{64}\n$/);
  for (const service of ['gateway-us-east-1', 'gateway-eu-west-1', 'command-api-node-2'])
    expect(modeOf(join('services', service))).toBe('700');
  for (const key of [admin_key, operator_key, viewer_key]) {
    for (const { url } of first.gateways) expect(await statusOf(url, key as string)).toBe(200);
  }
});

it('3. refuses a second mesh on the same directory', async () => {
  const second = new MeshProcess(args);
  expect(await second.exited).toBe(1);
  expect(second.stderr).toContain('another mesh runs on this data directory');
  expect(second.stderr).toContain('--data-dir');
  expect(second.stdout).toBe('');
});

it('4. starts a service again that was killed, on the same address', async () => {
  const [gateway] = MeshProcess.processesOf(dataDir).filter(
    ({ name }) => name === 'gateway us-east-1',
  );
  if (gateway === undefined) throw new Error('the gateway is not on the list');
  signalProcess(gateway, 'SIGKILL');
  await until(() =>
    mesh.stderr.includes('gateway us-east-1 was ended by SIGKILL; starting it again'),
  );
  await until(async () => (await healthy(first)).every(Boolean), { timeoutMs: 15_000 });
});

it('5. starts nats-server and Postgres again that were killed, and goes on', async () => {
  for (const name of ['nats-server', 'postgres']) {
    const [server] = MeshProcess.processesOf(dataDir).filter((one) => one.name === name);
    if (server === undefined) throw new Error(`${name} is not on the list`);
    signalProcess(server, 'SIGKILL');
    await until(
      () =>
        MeshProcess.processesOf(dataDir).some((one) => one.name === name && one.pid !== server.pid),
      {
        timeoutMs: 15_000,
      },
    );
  }
  const key = credentials().operator_key as string;
  await until(async () => (await statusOf(first.gateways[0]?.url as string, key)) === 200, {
    timeoutMs: 15_000,
  });
});

it('6. stops within two seconds when the whole group is told to, and leaves nothing behind', async () => {
  const processes = MeshProcess.processesOf(dataDir);
  expect(processes.length).toBeGreaterThanOrEqual(6);
  const saidBefore = mesh.stderr.length;
  const tookMs = await mesh.signalGroup('SIGTERM');
  expect(tookMs).toBeLessThan(2000);
  expect(await mesh.exited).toBe(0);
  expect(mesh.stderr.slice(saidBefore)).not.toContain('starting it again');
  await MeshProcess.allGone(processes);
});

it('7. comes back with the same addresses, keys and data', async () => {
  const before = digest('credentials.json');
  const sealedWith = digest('secrets.key');
  mesh = new MeshProcess(args);
  const again = await mesh.ready();
  expect(again).toEqual(first);
  expect(digest('credentials.json')).toBe(before);
  expect(digest('secrets.key')).toBe(sealedWith);
  expect(await statusOf(again.gateways[0]?.url as string, credentials().viewer_key as string)).toBe(
    200,
  );
});

it('8. leaves no process of an earlier start behind when its supervisor was killed', async () => {
  const old = MeshProcess.processesOf(dataDir);
  const supervisor = mesh.identity();
  process.kill(supervisor.pid, 'SIGKILL');
  await mesh.exited;
  mesh = new MeshProcess(args);
  const again = await mesh.ready();
  expect(old.filter((one) => isRunning(one))).toEqual([]);
  expect(again).toEqual(first);
});

it('9. stops within two seconds at Ctrl+C', async () => {
  const processes = MeshProcess.processesOf(dataDir);
  expect(await mesh.signalGroup('SIGINT')).toBeLessThan(2000);
  expect(await mesh.exited).toBe(0);
  await MeshProcess.allGone(processes);
});
