import { sql } from 'kysely';
import {
  activitySource,
  type LogSource,
} from '../../../apps/audit-projector/src/projection/log-source.js';
import { replay } from '../../../apps/audit-projector/src/rebuild/replay.js';
import {
  buildIndexes,
  comparedTables,
  compareAndSwap,
  createShadow,
  type ReadModelDatabase,
  SHADOW,
} from '#database';
import { drainActivity } from '../drain-activity.js';
import type { Contender } from '../rounds.js';
import type { AuditWorld } from './audit-world.js';

const timed = (name: string, work: () => Promise<unknown>): Contender => ({
  name,
  measure: async () => {
    const startedMs = performance.now();
    await work();
    return performance.now() - startedMs;
  },
});

/** Fresh tables, filled from the log, with all indexes: what a rebuild does before it compares. */
const fill = async (db: ReadModelDatabase, source: LogSource, upTo: number): Promise<void> => {
  const indexes = await createShadow(db);
  const { events } = await replay({ db, source, after: 0, upTo });
  if (events !== upTo) throw new Error(`replayed ${events} of ${upTo} events`);
  await buildIndexes(db, indexes);
};

/** The same, and then the comparison with the live tables, and the swap. */
const rebuild = async (db: ReadModelDatabase, source: LogSource, upTo: number): Promise<void> => {
  await fill(db, source, upTo);
  const tables = await compareAndSwap(db);
  const differing = tables.filter(({ before, after }) => before !== after);
  if (differing.length > 0) throw new Error(`not identical: ${JSON.stringify(differing)}`);
};

/** The events into rows, with nothing written: what is left is reading and projecting. */
const project = async (source: LogSource, upTo: number): Promise<void> => {
  let ended = (): void => undefined;
  const end = new Promise<void>((resolve) => (ended = resolve));
  const following = source.follow({
    fromSequence: 1,
    batchMax: 5_000,
    onRun: async (run) => {
      if (run.upTo === upTo) ended();
    },
  });
  await end;
  await following.stop();
};

/** In the order: rebuild, fill, COPY, COPY again, replay, drain, drain again. */
export const auditContenders = async (world: AuditWorld): Promise<Contender[]> => {
  const { db } = world.database;
  const source = activitySource(world.activity);
  await fill(db, source, world.events);
  await compareAndSwap(db);
  const files = await saved(db);
  const copy = async (): Promise<void> => {
    const indexes = await createShadow(db);
    for (const { table, path } of files) {
      await sql`copy ${sql.id(SHADOW, table)} from ${sql.lit(path)}`.execute(db);
    }
    await buildIndexes(db, indexes);
  };
  const bare = () => drainActivity(world.natsUrl, world.events);
  return [
    timed('rebuild', () => rebuild(db, source, world.events)),
    timed('fill', () => fill(db, source, world.events)),
    timed('copy', copy),
    timed('copy, again', copy),
    timed('replay', () => project(source, world.events)),
    timed('drain', bare),
    timed('drain, again', bare),
  ];
};

/** The rows of the live tables, as files at the server: reading them costs the baseline next to nothing. */
const saved = async (db: ReadModelDatabase): Promise<{ table: string; path: string }[]> => {
  const { rows } = await sql<{ data_directory: string }>`show data_directory`.execute(db);
  const dir = rows[0]?.data_directory ?? '';
  const files = comparedTables.map((table) => ({ table, path: `${dir}/bench-${table}.copy` }));
  for (const { table, path } of files) {
    await sql`copy ${sql.id('read_model', table)} to ${sql.lit(path)}`.execute(db);
  }
  return files;
};
