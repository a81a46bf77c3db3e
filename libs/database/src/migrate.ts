import { sql, type Transaction } from 'kysely';
import type { ReadModelDatabase } from './connection.js';
import { readModel } from './migrations/0001-read-model.js';
import { orderRecord } from './migrations/0002-order-record.js';
import { refusedEvents } from './migrations/0003-refused-events.js';
import { READ_MODEL, type ReadModel, type SchemaName, SHADOW } from './read-model.schema.js';

/** Makes its change in the schema that the handle names. */
type Migration = (db: ReadModelDatabase) => Promise<void>;

/** In this order, up only. What a change would lose is had back by a rebuild from the logs. */
const migrations: Readonly<Record<string, Migration>> = {
  '0001-read-model': readModel,
  '0002-order-record': orderRecord,
  '0003-refused-events': refusedEvents,
};

/** Lives in the schema itself: a schema that was dropped or lost is made anew. */
const RECORD = 'applied_migrations';

/**
 * Brings the read model up to this build, in one transaction under an advisory lock: safe to call from several processes
 * at once and at any time, and nothing of a migration that failed remains. What was done is recorded.
 */
export const migrate = async (db: ReadModelDatabase): Promise<void> =>
  await db.transaction().execute(async (transaction) => {
    await sql`select pg_advisory_xact_lock(hashtext('estop read model'))`.execute(transaction);
    await sql`create schema if not exists ${sql.id(READ_MODEL)}`.execute(transaction);
    await applyMissing(transaction, READ_MODEL);
  });

/**
 * Empty tables of the same form beside the live ones, for a rebuild. Those of an earlier attempt are dropped. Indexes that
 * only serve reading are left out, since filling is faster so: the answer holds their definitions for `buildIndexes`.
 */
export const createShadow = async (db: ReadModelDatabase): Promise<readonly string[]> =>
  await db.transaction().execute(async (transaction) => {
    await sql`drop schema if exists ${sql.id(SHADOW)} cascade`.execute(transaction);
    await sql`create schema ${sql.id(SHADOW)}`.execute(transaction);
    await applyMissing(transaction, SHADOW);
    const { rows } = await sql<{ indexname: string; indexdef: string }>`
      select indexname, indexdef from pg_indexes as i
      where schemaname = ${SHADOW} and not exists (
        select from pg_constraint as c join pg_namespace as n on n.oid = c.connamespace
        where n.nspname = i.schemaname and c.conname = i.indexname)`.execute(transaction);
    for (const { indexname } of rows) {
      await sql`drop index ${sql.id(SHADOW, indexname)}`.execute(transaction);
    }
    return rows.map(({ indexdef }) => indexdef);
  });

/** Builds the indexes that {@link createShadow} left out. */
export const buildIndexes = async (
  db: ReadModelDatabase,
  definitions: readonly string[],
): Promise<void> => {
  for (const definition of definitions) await sql.raw(definition).execute(db);
};

const applyMissing = async (
  transaction: Transaction<ReadModel>,
  schema: SchemaName,
): Promise<void> => {
  // Whoever comes later relies on the tables: a crash must not take them back.
  await sql`set local synchronous_commit = on`.execute(transaction);
  const record = sql.id(schema, RECORD);
  await sql`create table if not exists ${record} (name text primary key)`.execute(transaction);
  const { rows } = await sql<{ name: string }>`select name from ${record}`.execute(transaction);
  for (const [name, up] of Object.entries(migrations)) {
    if (rows.some((applied) => applied.name === name)) continue;
    await up(transaction.withSchema(schema));
    await sql`insert into ${record} (name) values (${name})`.execute(transaction);
  }
};
