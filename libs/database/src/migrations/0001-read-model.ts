import { sql } from 'kysely';
import type { ReadModelDatabase } from '../connection.js';
import { usageColumns } from '../read-model.schema.js';

/** The first read model: audit, use, agents, orders, positions. */
export const readModel = async (db: ReadModelDatabase): Promise<void> => {
  await auditLog(db);
  await usage(db, 'usage_hour');
  await usage(db, 'usage_day');
  await agents(db);
  await orders(db);
  await receipts(db);
  await db.schema
    .createTable('projection_position')
    .addColumn('stream', 'text', (column) => column.primaryKey())
    .addColumn('last_sequence', 'bigint', (column) => column.notNull())
    .execute();
};

const auditLog = async (db: ReadModelDatabase): Promise<void> => {
  await db.schema
    .createTable('audit_log')
    .addColumn('stream', 'text', (column) => column.notNull())
    .addColumn('sequence', 'bigint', (column) => column.notNull())
    .addColumn('part', 'integer', (column) => column.notNull())
    .addColumn('event_id', 'uuid', (column) => column.notNull())
    .addColumn('at', 'timestamptz', (column) => column.notNull())
    .addColumn('org', 'text')
    .addColumn('workspace', 'text')
    .addColumn('actor_kind', 'text', (column) => column.notNull())
    .addColumn('actor_id', 'text', (column) => column.notNull())
    .addColumn('actor_via', 'text', (column) => column.notNull())
    .addColumn('type', 'text', (column) => column.notNull())
    .addColumn('mesh_event', 'text')
    .addColumn('address', 'text')
    .addColumn('order_id', 'text')
    .addColumn('reason', 'text')
    .addColumn('correlation_id', 'text', (column) => column.notNull())
    .addColumn('causation_id', 'text')
    .addColumn('details', 'jsonb', (column) => column.notNull())
    .addPrimaryKeyConstraint('audit_log_pkey', ['stream', 'sequence', 'part'])
    .execute();
  await index(db, 'audit_log', ['at', 'stream', 'sequence', 'part']).execute();
  await index(db, 'audit_log', ['org', 'at']).execute();
  await index(db, 'audit_log', ['address', 'at'])
    .where(sql.ref('address'), 'is not', null)
    .execute();
  await index(db, 'audit_log', ['order_id']).where(sql.ref('order_id'), 'is not', null).execute();
  await db.schema
    .createIndex('audit_log_mesh_events')
    .on('audit_log')
    .columns(['at'])
    .where(sql.ref('mesh_event'), 'is not', null)
    .execute();
};

const index = (db: ReadModelDatabase, table: string, columns: string[]) =>
  db.schema
    .createIndex(`${table}_${columns.join('_')}`)
    .on(table)
    .columns(columns);

/** Sums are bigint and never beyond 2^53 - 1: the writer caps them there. */
const summed = (db: ReadModelDatabase, table: string) => {
  let builder = db.schema
    .createTable(table)
    .addColumn('address', 'text', (column) => column.notNull())
    .addColumn('org', 'text', (column) => column.notNull())
    .addColumn('workspace', 'text', (column) => column.notNull());
  for (const name of usageColumns) {
    builder = builder.addColumn(name, 'bigint', (column) => column.notNull());
  }
  return builder;
};

const usage = async (db: ReadModelDatabase, table: string): Promise<void> => {
  await summed(db, table)
    .addColumn('bucket', 'timestamptz', (column) => column.notNull())
    .addPrimaryKeyConstraint(`${table}_pkey`, ['address', 'bucket'])
    .execute();
  await index(db, table, ['org', 'bucket']).execute();
};

const agents = async (db: ReadModelDatabase): Promise<void> => {
  await summed(db, 'agents')
    .addColumn('last_heartbeat_at', 'timestamptz')
    .addColumn('last_instance', 'text')
    .addColumn('last_gateway', 'text')
    .addColumn('last_region', 'text')
    .addColumn('health', 'text')
    .addPrimaryKeyConstraint('agents_pkey', ['address'])
    .execute();
  await index(db, 'agents', ['org']).execute();
  await index(db, 'agents', ['health', 'last_heartbeat_at']).execute();
};

const orders = async (db: ReadModelDatabase): Promise<void> => {
  await db.schema
    .createTable('orders')
    .addColumn('order_id', 'text', (column) => column.primaryKey())
    .addColumn('sequence', 'bigint', (column) => column.notNull())
    .addColumn('org', 'text', (column) => column.notNull())
    .addColumn('workspace', 'text')
    .addColumn('mode', 'text', (column) => column.notNull())
    .addColumn('selector', 'text', (column) => column.notNull())
    .addColumn('address', 'text')
    .addColumn('reason', 'text')
    .addColumn('actor_kind', 'text', (column) => column.notNull())
    .addColumn('actor_id', 'text', (column) => column.notNull())
    .addColumn('actor_via', 'text', (column) => column.notNull())
    .addColumn('ordered_at', 'timestamptz', (column) => column.notNull())
    .addColumn('expires_at', 'timestamptz')
    .addColumn('drain_until', 'timestamptz')
    .addColumn('repeats', 'bigint', (column) => column.notNull().defaultTo(0))
    .addColumn('lifted_at', 'timestamptz')
    .addColumn('lift_sequence', 'bigint')
    .addColumn('lift_cause', 'text')
    .addColumn('lift_reason', 'text')
    .addColumn('lift_actor_kind', 'text')
    .addColumn('lift_actor_id', 'text')
    .addColumn('lift_actor_via', 'text')
    .execute();
  await index(db, 'orders', ['org', 'sequence']).execute();
  await index(db, 'orders', ['address']).where(sql.ref('address'), 'is not', null).execute();
};

const receipts = async (db: ReadModelDatabase): Promise<void> => {
  await db.schema
    .createTable('order_receipts')
    .addColumn('order_id', 'text', (column) => column.notNull())
    .addColumn('gateway', 'text', (column) => column.notNull())
    .addColumn('boot', 'bigint', (column) => column.notNull())
    .addColumn('region', 'text', (column) => column.notNull())
    .addColumn('sequence', 'bigint', (column) => column.notNull())
    .addColumn('at', 'timestamptz', (column) => column.notNull())
    .addColumn('position', 'bigint', (column) => column.notNull())
    .addColumn('applied_after_ms', 'double precision', (column) => column.notNull())
    .addColumn('cut_streams', 'bigint', (column) => column.notNull())
    .addColumn('cut_calls', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('order_receipts_pkey', ['order_id', 'gateway', 'boot'])
    .execute();
};
