import { join } from 'node:path';
import type { Stage } from '../episode/stage.js';
import { dataDirOf } from '../mesh/services.js';
import type { LabProcess } from '../process/lab-process.js';
import { SmallDisk } from '../process/small-disk.js';
import { ALWAYS, type Row } from './row.js';

const SERVICE_MB = 8;
const SERVER_MB = 64;

/** Moved onto a disk of its own while it is away for a moment; the mesh unmounts it at its end. */
const ontoSmallDisk = async (
  stage: Stage,
  process: LabProcess,
  { dir, megabytes }: { dir: string; megabytes: number },
): Promise<SmallDisk> => {
  await process.kill();
  const disk = await SmallDisk.under(dir, megabytes);
  stage.mesh.disks.push(disk);
  await process.start();
  return disk;
};

const full = (disk: SmallDisk) => ({
  begin: () => disk.fill(),
  heal: () => disk.free(),
});

const fullSpool: Row = {
  name: 'full-disk-node',
  what: "a control node's disk is full: it can keep no order; then there is room again",
  invariants: ALWAYS,
  spoilsMesh: true,
  impossible: SmallDisk.impossible,
  run: async (stage) => {
    const node = stage.random.of(stage.mesh.nodes);
    const dir = dataDirOf(stage.mesh.dir, node.name);
    let disk: SmallDisk | undefined;
    const move = async (): Promise<void> => {
      disk = await ontoSmallDisk(stage, node, { dir, megabytes: SERVICE_MB });
    };
    const terms = { nodes: [node.name], until: () => stage.nodesReady() };
    const moved = { begin: move, lastMs: 0, heal: async () => undefined };
    await stage.trouble(`${node.name} moves onto a small disk`, moved, terms);
    if (disk === undefined) return;
    await stage.trouble(`${node.name}: disk full`, { ...full(disk), lastMs: 4000 }, terms);
  },
};

const fullPin: Row = {
  name: 'full-disk-gateway',
  what: "a gateway's disk is full: it can pin no order; then there is room again",
  invariants: ALWAYS,
  spoilsMesh: true,
  impossible: SmallDisk.impossible,
  run: async (stage) => {
    const gateway = stage.random.of(stage.mesh.gateways);
    const dir = dataDirOf(stage.mesh.dir, gateway.name);
    const terms = { gateways: [gateway.name] };
    let disk: SmallDisk | undefined;
    const move = async (): Promise<void> => {
      disk = await ontoSmallDisk(stage, gateway, { dir, megabytes: SERVICE_MB });
    };
    const moved = { begin: move, lastMs: 0, heal: async () => undefined };
    await stage.trouble(`${gateway.name} moves onto a small disk`, moved, terms);
    if (disk === undefined) return;
    await stage.trouble(`${gateway.name}: disk full`, { ...full(disk), lastMs: 4000 }, terms);
  },
};

/** Two of three go on; the third may have to be started again to read its store. */
const fullStore: Row = {
  name: 'full-disk-nats',
  what: "a nats-server's disk is full; then there is room again, and the server is started again",
  invariants: ALWAYS,
  spoilsMesh: true,
  impossible: SmallDisk.impossible,
  run: async (stage) => {
    const server = stage.mesh.find(await stage.leader('CONTROL'));
    const dir = join(stage.mesh.dir, server.name);
    const terms = { logs: true, until: () => stage.logsLed() };
    let disk: SmallDisk | undefined;
    const move = async (): Promise<void> => {
      disk = await ontoSmallDisk(stage, server, { dir, megabytes: SERVER_MB });
    };
    const moved = { begin: move, lastMs: 500, heal: async () => undefined };
    await stage.trouble(`${server.name} moves onto a small disk`, moved, terms);
    if (disk === undefined) return;
    const heal = async (): Promise<void> => {
      await disk?.free();
      await server.kill();
      await server.start();
    };
    await stage.trouble(`${server.name}: disk full`, { ...full(disk), lastMs: 5000, heal }, terms);
  },
};

export const diskRows: readonly Row[] = [fullSpool, fullPin, fullStore];
