import { CompiledQuery, type Transaction } from 'kysely';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { copyText } from './copy-text.js';
import type { ReadModel, SchemaName, TableName } from './read-model.schema.js';

const COPY = 'copy ';
const FROM_STDIN = ' from stdin';

/** Rows straight into a table, many times faster than by insert; a key that is there already fails it. */
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

/** Carries out a statement of {@link copyIn}; its one parameter is what goes in. */
export const runCopy = async (
  client: Pick<pg.PoolClient, 'query'>,
  statement: string,
  text: string,
): Promise<{ rows: never[]; command: 'COPY'; rowCount: number }> => {
  const stream = client.query(copyFrom(statement));
  await new Promise<void>((resolve, reject) => {
    stream.once('finish', resolve);
    stream.once('error', reject);
    stream.end(text);
  });
  return { rows: [], command: 'COPY', rowCount: stream.rowCount };
};
