import { randomBytes } from 'node:crypto';
import { cp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Stage, TroubleTerms } from '../episode/stage.js';
import { call } from '../mesh/client.js';
import { waitFor } from '../time.js';
import type { Row } from './row.js';

const storesOf = ({ mesh }: Stage): string[] =>
  mesh.servers.map(({ name }) => join(mesh.dir, name, 'store'));

/** All servers at once, so that no copy is of another moment. */
const servers = ({ mesh }: Stage) => ({
  kill: async () => void (await Promise.all(mesh.servers.map((server) => server.kill()))),
  start: async () => void (await Promise.all(mesh.servers.map((server) => server.start()))),
});

const everybody = (stage: Stage): TroubleTerms => ({
  gateways: stage.mesh.gateways.map(({ name }) => name),
  nodes: stage.mesh.nodes.map(({ name }) => name),
  logs: true,
  until: () => stage.logsLed(),
});

/** The log goes on from a copy that is seconds old: what was stopped since is not in it, and may not run again. */
const rollBack = async (stage: Stage): Promise<void> => {
  const { kill, start } = servers(stage);
  const stores = storesOf(stage);
  const copy = async (): Promise<void> => {
    for (const store of stores) await cp(store, `${store}.copy`, { recursive: true });
  };
  const bringBack = async (): Promise<void> => {
    for (const store of stores) {
      await rm(store, { recursive: true });
      await rename(`${store}.copy`, store);
    }
  };
  const backup = { begin: kill, during: copy, heal: start };
  await stage.trouble('all nats-servers are away, for a copy', backup, everybody(stage));
  await stage.lasts(4000);
  const away = { begin: kill, during: bringBack, heal: start };
  await stage.trouble('the log is rolled back', away, everybody(stage));
};

const rolledBack: Row = {
  name: 'log-rolled-back',
  what: 'the stores of all nats-servers are replaced by copies that are seconds old; nobody says that it was meant',
  invariants: ['I1', 'I1c', 'I3', 'I6', 'alive'],
  spoilsMesh: true,
  endsClosed: true,
  run: async (stage) => {
    await rollBack(stage);
    const nothing = { begin: () => stage.lasts(0), heal: () => stage.lasts(0) };
    await stage.trouble('the log is an old one', { ...nothing, lastMs: 5000 }, everybody(stage));
  },
};

const RESTORED_MS = 20_000;

/** Two people say that it was meant. */
const sayRestored = async (stage: Stage): Promise<void> => {
  const { mesh, fleet } = stage;
  const url = mesh.nodes[0]?.url ?? '';
  const keys = [mesh.credentials.admin_key, fleet.secondAdminKey];
  const body = { old: '', new: randomBytes(16).toString('hex'), reason: 'restored from a copy' };
  const say = async (key: string): Promise<boolean> => {
    const doctor = await call(url, 'GET /v1/mesh/doctor', { key });
    const { incarnation } = doctor.body.log as { incarnation: string };
    body.old ||= incarnation;
    const { status } = await call(url, 'POST /v1/mesh/log/restored', { key, body });
    return status === 200 || status === 202;
  };
  for (const key of keys) {
    const what = 'somebody says that the log was restored';
    await waitFor(() => say(key), { what, withinMs: RESTORED_MS, everyMs: 200 });
  }
};

/** Orders and lifts of the lost seconds are lost with them, but for what gateways hold; so I2 and I6 say nothing here. */
const restored: Row = {
  name: 'log-restored',
  what: 'the same, and two people say that it was meant: the mesh goes on, and gateways hand over the stops that they hold',
  invariants: ['I1', 'I1c', 'I3', 'I5', 'alive'],
  spoilsMesh: true,
  run: async (stage) => {
    await rollBack(stage);
    const how = {
      begin: () => stage.lasts(2000),
      heal: () => sayRestored(stage),
    };
    const until = async (): Promise<void> => {
      await stage.logsLed();
      await stage.nodesReady();
    };
    await stage.trouble('the log is an old one', how, { ...everybody(stage), until });
  },
};

export const restoreRows: readonly Row[] = [rolledBack, restored];
