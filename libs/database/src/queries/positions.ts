import { sql } from 'kysely';
import type { ReadModelDatabase } from '../connection.js';
import type { SchemaName } from '../read-model.schema.js';

/** How far each stream is in the live tables: its last sequence. A stream that nothing was read of is not in it. */
export const projectionPositions = async (
  db: ReadModelDatabase,
): Promise<Readonly<Record<string, number>>> => {
  const rows = await db.selectFrom('projection_position').selectAll().execute();
  return Object.fromEntries(rows.map(({ stream, last_sequence }) => [stream, last_sequence]));
};

/** How far one stream is; 0 where nothing was read of it. */
export const positionOf = async (
  db: ReadModelDatabase,
  schema: SchemaName,
  stream: string,
): Promise<number> => {
  const { rows } = await sql<{ last_sequence: number }>`
    select last_sequence from ${sql.id(schema, 'projection_position')} where stream = ${stream}`.execute(
    db,
  );
  return rows[0]?.last_sequence ?? 0;
};

/** The incarnation of the control log that the tables were made of; `null` while they hold no line of it. */
export const projectedIncarnation = async (db: ReadModelDatabase): Promise<string | null> => {
  const line = await db
    .selectFrom('audit_log')
    .select('details')
    .where('stream', '=', 'CONTROL')
    .where('type', '=', 'LogStarted')
    .where('refused', 'is', null)
    .orderBy('sequence')
    .limit(1)
    .executeTakeFirst();
  return typeof line?.details.incarnation === 'string' ? line.details.incarnation : null;
};
