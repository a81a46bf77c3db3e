import { CompiledQuery, type Transaction } from 'kysely';
import pg from 'pg';
import { type CopyEnd, CopyQuery } from './copy-query.js';
import { copyText } from './copy-text.js';
import type { ReadModel, SchemaName, TableName } from './read-model.schema.js';

const COPY = 'copy ';
const FROM_STDIN = ' from stdin';

/** The server refused the rows, or was lost meanwhile: none is written, and the connection is not used again. */
export class CopyFailedError extends Error {
  override readonly name = 'CopyFailedError';
  readonly code = 'COPY_FAILED';
  constructor(override readonly cause: Error) {
    const place = cause instanceof pg.DatabaseError ? cause.where?.split('\n')[0] : undefined;
    super(
      `Postgres did not take the rows: ${cause.message}${place === undefined ? '' : ` (${place})`}`,
    );
  }
}

/**
 * Rows straight into a table, many times faster than by insert; a key that is there already fails it.
 *
 * @throws CopyFailedError
 */
export const copyIn = async (
  transaction: Transaction<ReadModel>,
  into: {
    readonly schema: SchemaName;
    readonly table: TableName;
    readonly columns: readonly string[];
  },
  rows: readonly object[],
): Promise<void> => {
  const columns = into.columns.map((name) => `"${name}"`).join(', ');
  const statement = `${COPY}"${into.schema}"."${into.table}" (${columns})${FROM_STDIN}`;
  await transaction.executeQuery(CompiledQuery.raw(statement, [copyText(rows, into.columns)]));
};

export const isCopy = (statement: unknown): statement is string =>
  typeof statement === 'string' && statement.startsWith(COPY) && statement.endsWith(FROM_STDIN);

/** Carries out a statement of {@link copyIn}; its one parameter is what goes in. @throws CopyFailedError */
export const runCopy = async (
  client: Pick<pg.PoolClient, 'query'>,
  statement: string,
  text: string,
): Promise<{ rows: never[]; command: 'COPY'; rowCount: number }> => {
  const end = await new Promise<CopyEnd>((ended) => {
    client.query(new CopyQuery(statement, text, ended));
  });
  if (!end.ok) throw new CopyFailedError(end.error);
  return { rows: [], command: 'COPY', rowCount: end.rows };
};
