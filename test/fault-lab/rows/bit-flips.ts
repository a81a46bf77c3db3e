import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Stage } from '../episode/stage.js';
import { ALWAYS, type Row } from './row.js';

const FLIPS = 4;

/** The blocks in which a server keeps the messages of the control log. */
const blocksOf = async (store: string): Promise<string[]> => {
  const entries = await readdir(store, { recursive: true });
  return entries
    .filter((path) => /streams\/CONTROL\/msgs\/\d+\.blk$/.test(path))
    .map((path) => join(store, path));
};

const flip = async (stage: Stage, path: string): Promise<void> => {
  const file = await open(path, 'r+');
  try {
    const { size } = await file.stat();
    for (let count = 0; count < (size > 0 ? FLIPS : 0); count += 1) {
      const at = stage.random.below(size);
      const byte = Buffer.alloc(1);
      await file.read(byte, 0, 1, at);
      await file.write(Buffer.from([(byte[0] ?? 0) ^ (1 << stage.random.below(8))]), 0, 1, at);
    }
  } finally {
    await file.close();
  }
};

/** Two good copies are left; nobody may take the bad one for the log. */
const flipped: Row = {
  name: 'bit-flips',
  what: 'bits flip in what a nats-server that does not lead keeps of the control log, while it is away',
  invariants: [...ALWAYS, 'I7'],
  spoilsMesh: true,
  run: async (stage) => {
    const leader = await stage.leader('CONTROL');
    const server = stage.random.of(stage.mesh.servers.filter(({ name }) => name !== leader));
    const during = async (): Promise<void> => {
      const blocks = await blocksOf(join(stage.mesh.dir, server.name, 'store'));
      if (blocks.length === 0) throw new Error(`${server.name} has no block of the control log`);
      for (const block of blocks) await flip(stage, block);
    };
    const how = { begin: () => server.kill(), during, heal: () => server.start() };
    const terms = { logs: true, until: () => stage.logsLed() };
    await stage.trouble(`bits flip in the store of ${server.name}`, how, terms);
    await stage.lasts(2000);
    const stepDown = { begin: () => stage.stepDown('CONTROL'), heal: () => stage.lasts(0) };
    await stage.trouble('the leader steps down, so that any copy may lead', stepDown, terms);
  },
};

export const bitFlipRows: readonly Row[] = [flipped];
