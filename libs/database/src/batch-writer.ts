import { sql, type RawBuilder, type Transaction } from 'kysely';
import type { ReadModelDatabase } from './connection.js';
import { copyIn } from './copy-in.js';
import {
  auditColumns,
  type ReadModel,
  type SchemaName,
  SHADOW,
  usageColumns,
} from './read-model.schema.js';

/** Rows of one run of events; at most one for each key and table. Rows are plain JSON, times as RFC 3339 text. */
export interface WrittenBatch {
  readonly audit_log: readonly object[];
  readonly orders: readonly object[];
  readonly order_reasons: readonly object[];
  readonly order_repeats: readonly object[];
  readonly order_lifts: readonly object[];
  readonly order_receipts: readonly object[];
  readonly order_refusals: readonly object[];
  readonly usage_hour: readonly object[];
  readonly usage_day: readonly object[];
  readonly agents: readonly object[];
}

export interface BatchWrite {
  readonly schema: SchemaName;
  readonly stream: string;
  /** The position that the tables must have. */
  readonly after: number;
  /** The position that they have then. */
  readonly upTo: number;
  readonly batch: WrittenBatch;
}

/** The tables stand elsewhere than the writer thought: another writer was there, or the server lost its last commits. */
export class PositionMovedError extends Error {
  override readonly name = 'PositionMovedError';
  readonly code = 'POSITION_MOVED';
  readonly retryable = true;
  constructor(readonly stream: string) {
    super(`the read model is not where it was in ${stream}: look up its position again`);
  }
}

/**
 * Writes the rows and the new position in one transaction: both or neither, however the connection ends. The position is
 * checked under its row's lock, so no run of events is ever counted twice, whoever tries.
 *
 * @throws PositionMovedError when the tables are not at `after`; nothing is written.
 */
export const writeBatch = async (db: ReadModelDatabase, write: BatchWrite): Promise<void> =>
  await db.transaction().execute(async (transaction) => {
    await movePosition(transaction, write);
    for (const [table, statement] of Object.entries(statements)) {
      const rows = write.batch[table as keyof WrittenBatch];
      if (rows.length === 0) continue;
      if (write.schema === SHADOW && table === 'audit_log') await copyLines(transaction, rows);
      else await statement(write.schema, rows).execute(transaction);
    }
  });

/** Nobody but the rebuild writes there, and each line has its own place in the log: none can be there already. */
const copyLines = async (
  transaction: Transaction<ReadModel>,
  rows: readonly object[],
): Promise<void> =>
  await copyIn(transaction, { schema: SHADOW, table: 'audit_log', columns: auditColumns }, rows);

const movePosition = async (
  transaction: Transaction<ReadModel>,
  { schema, stream, after, upTo }: BatchWrite,
): Promise<void> => {
  const table = sql.id(schema, 'projection_position');
  const { numAffectedRows } = await sql`
    insert into ${table} as p (stream, last_sequence)
    select ${stream}::text, ${upTo}::bigint
    where ${after}::bigint = 0 or exists (select from ${table} where stream = ${stream})
    on conflict (stream) do update set last_sequence = excluded.last_sequence
    where p.last_sequence = ${after}::bigint`.execute(transaction);
  if (numAffectedRows !== 1n) throw new PositionMovedError(stream);
};

type Statement = (schema: SchemaName, rows: readonly object[]) => RawBuilder<unknown>;

/** The rows as the table's own type; columns that a row does not name are null. */
const given = (schema: SchemaName, table: string, rows: readonly object[]): RawBuilder<unknown> =>
  sql`json_populate_recordset(null::${sql.id(schema, table)}, ${JSON.stringify(rows)}::json)`;

const inserted =
  (table: string): Statement =>
  (schema, rows) =>
    sql`insert into ${sql.id(schema, table)} select * from ${given(schema, table, rows)} on conflict do nothing`;

const columns = (names: readonly string[]): RawBuilder<unknown> =>
  sql.join(names.map((name) => sql.id(name)));

/** Adds up to 2^53 - 1 and stays there: two summands below that cannot overflow a bigint. */
const sums = sql.join(
  usageColumns.map((name) => {
    const column = sql.id(name);
    return sql`${column} = least(t.${column} + excluded.${column}, 9007199254740991)`;
  }),
);

const summed =
  (table: string): Statement =>
  (schema, rows) => sql`
    insert into ${sql.id(schema, table)} as t select * from ${given(schema, table, rows)}
    on conflict (address, bucket) do update set ${sums}`;

const refusals: Statement = (schema, rows) => sql`
  insert into ${sql.id(schema, 'order_refusals')} as t
  select * from ${given(schema, 'order_refusals', rows)}
  on conflict (order_id, gateway, act) do update set
    refused = least(t.refused + excluded.refused, 9007199254740991),
    first_at = least(t.first_at, excluded.first_at),
    last_at = greatest(t.last_at, excluded.last_at)`;

const latest = ['last_heartbeat_at', 'last_instance', 'last_gateway', 'last_region'];

/** The later heartbeat counts, and of two at one moment the one that came later in the log. */
const activity: Statement = (schema, rows) => {
  const news = sql.join(
    latest.map((name) => {
      const column = sql.id(name);
      return sql`${column} = case when excluded.last_heartbeat_at is not null
        and (t.last_heartbeat_at is null or excluded.last_heartbeat_at >= t.last_heartbeat_at)
        then excluded.${column} else t.${column} end`;
    }),
  );
  return sql`
    insert into ${sql.id(schema, 'agents')} as t select * from ${given(schema, 'agents', rows)}
    on conflict (address) do update set ${news}, ${sums}, health = coalesce(excluded.health, t.health)`;
};

const placed = [
  ...['order_id', 'sequence', 'org', 'workspace', 'mode', 'selector', 'address', 'reason'],
  ...['actor_kind', 'actor_id', 'actor_via', 'ordered_at', 'expires_at', 'drain_until'],
];
const lift = [
  ...['lifted_at', 'lift_sequence', 'lift_cause', 'lift_reason'],
  ...['lift_actor_kind', 'lift_actor_id', 'lift_actor_via'],
];

/** An order is placed once; the first counts. */
const orders: Statement = (schema, rows) => sql`
  insert into ${sql.id(schema, 'orders')} (${columns(placed)})
  select ${columns(placed)} from ${given(schema, 'orders', rows)} on conflict do nothing`;

const updated =
  (set: RawBuilder<unknown>, where: RawBuilder<unknown>): Statement =>
  (schema, rows) =>
    sql`update ${sql.id(schema, 'orders')} as t set ${set}
    from ${given(schema, 'orders', rows)} as n where t.order_id = n.order_id and ${where}`;

const always = sql`true`;
const liftSet = sql.join(lift.map((name) => sql`${sql.id(name)} = n.${sql.id(name)}`));

/** In this order: what changes an order comes after the orders themselves. */
const statements: Readonly<Record<keyof WrittenBatch, Statement>> = {
  audit_log: inserted('audit_log'),
  orders,
  order_reasons: updated(sql`reason = n.reason`, always),
  order_repeats: updated(sql`repeats = t.repeats + n.repeats`, always),
  order_lifts: updated(liftSet, sql`t.lifted_at is null`),
  order_receipts: inserted('order_receipts'),
  order_refusals: refusals,
  usage_hour: summed('usage_hour'),
  usage_day: summed('usage_day'),
  agents: activity,
};
