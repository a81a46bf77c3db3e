import { sql, type Transaction } from 'kysely';
import type { ReadModelDatabase } from './connection.js';
import { readModel } from './migrations/0001-read-model.js';
import { READ_MODEL, type ReadModel, SHADOW } from './read-model.schema.js';

/** Makes its change in the schema that the handle names. */
type Migration = (db: ReadModelDatabase) => Promise<void>;

/** In this order, up only. What a change would lose is had back by a rebuild from the logs. */
const migrations: Readonly<Record<string, Migration>> = {
  '0001-read-model': readModel,
};

/** Beside the read model, not in it: a rebuild replaces that. */
const RECORD = sql.id('estop_migrations', 'applied');

/**
 * Brings the read model up to this build, in one transaction under an advisory lock: safe to call from several processes
 * at once, and nothing of a migration that failed remains. What was done is recorded in `estop_migrations.applied`.
 */
export const migrate = async (db: ReadModelDatabase): Promise<void> =>
  await db.transaction().execute(async (transaction) => {
    await sql`select pg_advisory_xact_lock(hashtext('estop read model migrations'))`.execute(
      transaction,
    );
    await sql`create schema if not exists estop_migrations`.execute(transaction);
    await sql`create table if not exists ${RECORD} (name text primary key)`.execute(transaction);
    await sql`create schema if not exists ${sql.id(READ_MODEL)}`.execute(transaction);
    const applied = await appliedNames(transaction);
    for (const [name, up] of Object.entries(migrations)) {
      if (applied.has(name)) continue;
      await up(transaction.withSchema(READ_MODEL));
      await sql`insert into ${RECORD} (name) values (${name})`.execute(transaction);
    }
  });

const appliedNames = async (transaction: Transaction<ReadModel>): Promise<ReadonlySet<string>> => {
  const { rows } = await sql<{ name: string }>`select name from ${RECORD}`.execute(transaction);
  return new Set(rows.map(({ name }) => name));
};

/** Empty tables of the same form beside the live ones, for a rebuild. Those of an earlier attempt are dropped. */
export const createShadow = async (db: ReadModelDatabase): Promise<void> =>
  await db.transaction().execute(async (transaction) => {
    await sql`drop schema if exists ${sql.id(SHADOW)} cascade`.execute(transaction);
    await sql`create schema ${sql.id(SHADOW)}`.execute(transaction);
    for (const up of Object.values(migrations)) await up(transaction.withSchema(SHADOW));
  });
