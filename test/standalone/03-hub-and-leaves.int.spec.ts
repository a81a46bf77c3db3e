import { jest } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '#testing';
import { addressOf, call, encoded, StandingMesh } from '../e2e/standing-mesh.js';
import { leaderOf } from '../fault-lab/nats/jetstream-admin.js';
import { RawNats } from '../fault-lab/nats/raw-nats.js';

/** Three servers of the hub, and a leaf for each of two regions with one gateway each. */
const mesh = new StandingMesh('hub', 1, ['--topology', 'hub-and-leaves']);
const HEALED_MS = 20_000;
let agent: string;

/** Whoever may look at streams asks the hub; any of its servers knows. */
const leader = async (): Promise<string> => {
  const file = JSON.parse(readFileSync(join(mesh.dataDir, 'servers.json'), 'utf8')) as {
    nats: { passwords: Record<string, string> };
  };
  const { port } = new URL(mesh.ready.nats.split(',')[0] as string);
  const login = { user: 'provision', password: file.nats.passwords.provision as string };
  const nats = await RawNats.connect({
    port: Number(port),
    ...login,
    inboxPrefix: '_INBOX.provision',
  });
  try {
    return await until(() => leaderOf(nats, 'CONTROL'), { what: 'a leader', timeoutMs: 15_000 });
  } finally {
    nats.close();
  }
};

const send = (url: string) =>
  call(url, 'POST /v1/intents', {
    key: agent,
    body: {
      intent_type: 'mail.batch.v1',
      correlation_id: crypto.randomUUID(),
      to_agent: addressOf('nobody'),
      payload: {},
    },
  });

/** An operator's stop is in force on every gateway, and lifted again. */
const stopsAndResumes = async (): Promise<void> => {
  const path = `/v1/mesh/agents/${encoded('alpha')}`;
  const within = { timeoutMs: HEALED_MS, everyMs: 200 };
  const codes = async () => Promise.all(mesh.gateways.map(async (url) => (await send(url)).code));
  await until(async () => (await mesh.as('operator', `POST ${path}/kill`)).status === 200, {
    ...within,
    what: 'a stop to be taken',
  });
  await until(async () => (await codes()).every((code) => code === 'agent_killed'), {
    ...within,
    what: 'every gateway to refuse',
  });
  const lift = () => mesh.as('operator', `POST ${path}/resume`, { reason: 'end of the story' });
  await until(async () => (await lift()).status === 200, { ...within, what: 'a lift to be taken' });
  await until(async () => (await codes()).every((code) => code === null), {
    ...within,
    what: 'every gateway to admit',
  });
};

/** The mesh does its work while a server is dead, and after it has come back. */
const without = async (server: string): Promise<void> => {
  const { pid } = mesh.find(server);
  await mesh.away(server, stopsAndResumes);
  const again = () => mesh.all().some((one) => one.name === server && one.pid !== pid);
  await until(again, { what: `another ${server}`, timeoutMs: HEALED_MS });
  await mesh.healed();
};

jest.setTimeout(120_000);
beforeAll(async () => {
  await mesh.start();
  agent = await mesh.agent('alpha');
  await mesh.agent('nobody');
});
afterAll(() => mesh.end());

it('1. brings up three servers, a leaf for each region, and a mesh on them', async () => {
  expect(mesh.ready.nats.split(',')).toHaveLength(3);
  const names = mesh.all().map(({ name }) => name);
  expect(names.filter((name) => name.startsWith('nats-server')).sort()).toEqual([
    'nats-server hub-1',
    'nats-server hub-2',
    'nats-server hub-3',
    'nats-server leaf-eu-west',
    'nats-server leaf-us-east',
  ]);
  await stopsAndResumes();
});

it('2. goes on without the server that led the control log', async () => {
  await without(`nats-server ${await leader()}`);
  await stopsAndResumes();
});

it('3. goes on in a region whose server was killed: its gateway dials the hub', async () => {
  await without('nats-server leaf-us-east');
});

it('4. goes on in a region whose server says nothing any more', async () => {
  await mesh.frozen('nats-server leaf-eu-west', stopsAndResumes);
  await mesh.healed();
});

it('5. comes back as it was', async () => {
  await mesh.process.signalGroup('SIGTERM');
  const before = mesh.ready;
  await mesh.startAgain();
  expect(mesh.ready).toEqual(before);
  await stopsAndResumes();
});
