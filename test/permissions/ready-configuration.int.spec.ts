import { jest } from '@jest/globals';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { live } from '#contracts';
import { findNatsServer, freePort, projectRoot } from '#embedded';
import { connectNats, missingStreams, provisionStreams, type Nats } from '#event-store-jetstream';
import { temporaryDirectory, until } from '#testing';
import { natsConfigFiles } from '../../apps/standalone/src/servers/nats-config-files.js';

/** The files of infra/nats as an operator would start them: three servers of the hub, and a region's leaf. */
const NATS = join(projectRoot(), 'infra', 'nats');
const FILES = natsConfigFiles({
  nodes: ['node-1', 'node-2'],
  gateways: ['us-east', 'eu-west'].flatMap((region) =>
    [1, 2].map((number) => ({ id: `${region}-${number}`, region })),
  ),
});

const HUB = ['hub-1', 'hub-2', 'hub-3'] as const;
const dir = temporaryDirectory('infra');
const running: ChildProcess[] = [];
const clients: Nats[] = [];
let passwords: Record<string, string>;

/** Ports and places of a machine of their own become free ones of this machine. */
const moved = (text: string, ports: Record<number, number>, store: string): string =>
  Object.entries(ports)
    .reduce((so, [from, to]) => so.replaceAll(`port: ${from}`, `port: ${to}`), text)
    .replace('/data', store)
    .replace('server_name', 'host: "127.0.0.1"\nserver_name')
    .replace('http: 8222\n', '');

const start = (binary: string, name: string, text: string, env: Record<string, string>): void => {
  const home = join(dir, name);
  mkdirSync(home, { recursive: true });
  cpSync(join(NATS, 'users.conf'), join(home, 'users.conf'));
  writeFileSync(join(home, 'nats.conf'), text);
  running.push(spawn(binary, ['-c', join(home, 'nats.conf'), '-l', join(home, 'log')], { env }));
};

const login = async (port: number, user: string, domain?: string): Promise<Nats> => {
  const variable = `ESTOP_NATS_PASSWORD_${user.toUpperCase().replaceAll('-', '_')}`;
  const nats = await connectNats({
    servers: `nats://127.0.0.1:${port}`,
    name: user,
    user,
    password: passwords[variable] ?? '',
    ...(domain === undefined ? {} : { jetStreamDomain: domain }),
  });
  clients.push(nats);
  return nats;
};

jest.setTimeout(60_000);
afterAll(async () => {
  await Promise.all(clients.map((nats) => nats.close()));
  const ended = running.map((one) => new Promise((resolve) => one.once('exit', resolve)));
  for (const one of running) one.kill('SIGKILL');
  await Promise.all(ended);
});

it.each([...FILES])('%s is what the names of the services make it', (name, text) =>
  expect(readFileSync(join(NATS, name), 'utf8')).toBe(text),
);

it('is given a password for everyone who has one', () => {
  const lines = execFileSync('sh', [join(NATS, 'passwords.sh')], { encoding: 'utf8' }).trim();
  passwords = Object.fromEntries(lines.split('\n').map((line) => line.split('=')));
  expect(passwords.ESTOP_SECRETS_KEY).toMatch(/^[0-9a-f]{64}$/);
  delete passwords.ESTOP_SECRETS_KEY;
  expect(Object.keys(passwords)).toHaveLength(13);
  expect(new Set(Object.values(passwords)).size).toBe(13);
  for (const password of Object.values(passwords)) expect(password).toMatch(/^p[0-9a-f]{48}$/);
});

it('runs a hub that holds streams threefold, and a leaf through which a gateway sees them', async () => {
  const binary = await findNatsServer();
  const ports = {
    leaf: await freePort(),
    routes: [] as number[],
    clients: [] as number[],
    leaves: [] as number[],
  };
  for (const list of [ports.routes, ports.clients, ports.leaves])
    for (const _ of HUB) list.push(await freePort());
  const hub = readFileSync(join(NATS, 'hub.conf'), 'utf8');
  HUB.forEach((name, at) => {
    const here = { 4222: ports.clients[at], 6222: ports.routes[at], 7422: ports.leaves[at] };
    const text = moved(hub, here as Record<number, number>, join(dir, name, 'store'));
    const route = `nats-route://route:${passwords.ESTOP_NATS_PASSWORD_ROUTE}@127.0.0.1:${ports.routes[0]}`;
    start(binary, name, text, { ...passwords, ESTOP_NATS_SERVER: name, ESTOP_NATS_ROUTE: route });
  });
  const leaf = readFileSync(join(NATS, 'leaf-us-east.conf'), 'utf8');
  const dialled = ['us-east-1', 'us-east-2'].map((gateway) => {
    const variable = gateway.toUpperCase().replaceAll('-', '_');
    const password = passwords[`ESTOP_NATS_PASSWORD_GATEWAY_${variable}`];
    const url = `nats-leaf://gateway-${gateway}:${password}@127.0.0.1:${ports.leaves[1]}`;
    return [`ESTOP_NATS_LEAF_GATEWAY_${variable}`, url];
  });
  start(binary, 'leaf', moved(leaf, { 4222: ports.leaf }, dir), {
    ...passwords,
    ...(Object.fromEntries(dialled) as Record<string, string>),
  });

  const provision = await login(ports.clients[0] as number, 'provision');
  await until(() => provisionStreams(provision, { replicas: 3 }).then(() => true), {
    timeoutMs: 30_000,
    everyMs: 250,
  });
  const gateway = await login(ports.leaf, 'gateway-us-east-2', 'hub');
  await until(async () => (await missingStreams(gateway)).length === 0, { timeoutMs: 10_000 });
  await hearsItsPeer(gateway, await login(ports.leaf, 'gateway-us-east-1', 'hub'));
});

/** From account to account, by way of the hub, though both are clients of one leaf. */
const hearsItsPeer = async (gateway: Nats, peer: Nats): Promise<void> => {
  const subject = live.answered('us-east-2');
  let heard = 0;
  gateway.messaging().subscribe(subject, () => (heard += 1));
  await gateway.messaging().flush();
  await until(() => {
    peer.messaging().publish(subject, 'answered');
    return heard > 0;
  });
};
