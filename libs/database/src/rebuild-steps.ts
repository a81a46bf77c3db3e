import { sql, type Transaction } from 'kysely';
import type { ReadModelDatabase } from './connection.js';
import {
  READ_MODEL,
  RETIRED,
  SHADOW,
  type ReadModel,
  type SchemaName,
  type TableName,
} from './read-model.schema.js';

/** Tables that a rebuild compares; all of the read model. */
export const comparedTables = [
  'audit_log',
  'agents',
  'usage_hour',
  'usage_day',
  'orders',
  'order_receipts',
  'order_refusals',
  'projection_position',
] as const satisfies readonly TableName[];

export interface TableComparison {
  readonly name: TableName;
  /** Rows after the rebuild. */
  readonly rows: number;
  /** Row count and hash of the content, `rows:hash`, of the tables that were live. */
  readonly before: string;
  /** The same of the tables that are live now. */
  readonly after: string;
}

/**
 * Compares the shadow with the live tables and puts it in their place, in one transaction that holds every writer off:
 * readers see the old tables or the new ones, never none. What was live is dropped afterwards.
 * Reads every row: the handle needs a statement timeout to match.
 */
export const compareAndSwap = async (db: ReadModelDatabase): Promise<TableComparison[]> => {
  const compared = await db.transaction().execute(async (transaction) => {
    await sql`set local synchronous_commit = on`.execute(transaction);
    const positions = sql.id(READ_MODEL, 'projection_position');
    await sql`lock table ${positions} in share row exclusive mode`.execute(transaction);
    const tables: TableComparison[] = [];
    for (const name of comparedTables) tables.push(await compare(transaction, name));
    await sql`drop schema if exists ${sql.id(RETIRED)} cascade`.execute(transaction);
    await rename(transaction, READ_MODEL, RETIRED);
    await rename(transaction, SHADOW, READ_MODEL);
    return tables;
  });
  await sql`drop schema if exists ${sql.id(RETIRED)} cascade`.execute(db);
  return compared;
};

const compare = async (
  transaction: Transaction<ReadModel>,
  name: TableName,
): Promise<TableComparison> => {
  const before = await fingerprint(transaction, READ_MODEL, name);
  const after = await fingerprint(transaction, SHADOW, name);
  return { name, rows: after.rows, before: before.text, after: after.text };
};

/**
 * Each row's text is hashed, with two seeds of 64 bits, and the hashes are added up: no order of rows can matter, and no number of them is too
 * many. Rows differ by their keys, so no two of a table can cancel out.
 */
const fingerprint = async (
  transaction: Transaction<ReadModel>,
  schema: SchemaName,
  name: TableName,
): Promise<{ rows: number; text: string }> => {
  const { rows } = await sql<{ rows: number; hash: string }>`
    select count(*) as rows,
      concat(sum(hashtextextended(line, 0)), ':', sum(hashtextextended(line, 1))) as hash
    from (select t::text as line from ${sql.id(schema, name)} as t) as lines`.execute(transaction);
  const found = rows[0] as { rows: number; hash: string };
  return { rows: found.rows, text: `${found.rows}:${found.hash}` };
};

const rename = async (
  transaction: Transaction<ReadModel>,
  from: string,
  to: string,
): Promise<void> => {
  await sql`alter schema ${sql.id(from)} rename to ${sql.id(to)}`.execute(transaction);
};
