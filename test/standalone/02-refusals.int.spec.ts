import { jest } from '@jest/globals';
import { createServer, type AddressInfo } from 'node:net';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from '#testing';
import { MeshProcess } from './mesh-process.js';

const refused = async (args: string[], env: Record<string, string> = {}) => {
  const mesh = new MeshProcess(args, env);
  const code = await mesh.exited;
  return { code, stdout: mesh.stdout, stderr: mesh.stderr };
};

jest.setTimeout(30_000);

it('names an unknown option and what there is, and exits with 2', async () => {
  const { code, stdout, stderr } = await refused(['--gateway-per-region', '2']);
  expect(stderr).toMatch(/no option --gateway-per-region[^]*cure: [^]*--gateways-per-region/);
  expect(stderr).not.toMatch(/\n {4}at /);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
});

it('names an unknown ESTOP_ variable and a bad one at once', async () => {
  const { code, stderr } = await refused([], { ESTOP_PROT: '1', ESTOP_PORT: 'x' });
  expect(stderr).toMatch(/ESTOP_PORT must be a whole number/);
  expect(stderr).toMatch(/ESTOP_PROT is not a setting/);
  expect(code).toBe(2);
});

it('names a port that is in use before it starts anything', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  const { code, stderr } = await refused([
    '--data-dir',
    temporaryDirectory('port'),
    '--port',
    String(port),
  ]);
  server.close();
  expect(stderr).toContain(`port ${port}, wanted by us-east-1, is in use`);
  expect(stderr).toContain('--port 0');
  expect(code).toBe(1);
});

it('does not touch a damaged settings file', async () => {
  const dataDir = temporaryDirectory('damaged');
  writeFileSync(join(dataDir, 'servers.json'), '{"nats":');
  const { code, stderr } = await refused(['--data-dir', dataDir, '--port', '0']);
  expect(stderr).toMatch(/servers\.json is damaged\n {2}cure: /);
  expect(code).toBe(1);
});

it('makes no new secrets key in the place of a damaged one', async () => {
  const dataDir = temporaryDirectory('damaged-key');
  writeFileSync(join(dataDir, 'secrets.key'), 'lost');
  const { code, stderr } = await refused(['--data-dir', dataDir, '--port', '0']);
  expect(stderr).toMatch(/secrets\.key is damaged\n {2}cure: restore it from a backup/);
  expect(code).toBe(1);
});

it('names the topology that the mesh was first started with', async () => {
  const dataDir = temporaryDirectory('topology');
  const servers = {
    nats: { topology: 'hub-and-leaves', passwords: {} },
    postgres: { port: null, password: 'x' },
    ports: {},
  };
  writeFileSync(join(dataDir, 'servers.json'), JSON.stringify(servers));
  const { code, stderr } = await refused(['--data-dir', dataDir, '--port', '0']);
  expect(stderr).toMatch(/first started with --topology hub-and-leaves, not single\n {2}cure: /);
  expect(code).toBe(1);
});

it('names a nats-server that does not answer', async () => {
  const { code, stderr } = await refused([
    ...['--data-dir', temporaryDirectory('nats'), '--port', '0'],
    ...['--nats-url', 'nats://127.0.0.1:9', '--database-url', 'postgres://127.0.0.1:9/none'],
  ]);
  expect(stderr).toContain('127.0.0.1:9');
  expect(stderr).not.toMatch(/\n {4}at /);
  expect(code).toBe(1);
});

it('shows its options for --help', async () => {
  const { code, stdout } = await refused(['--help']);
  expect(stdout).toContain('--gateways-per-region');
  expect(code).toBe(0);
});
