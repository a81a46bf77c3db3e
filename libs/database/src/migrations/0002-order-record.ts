import { sql } from 'kysely';
import type { ReadModelDatabase } from '../connection.js';

/** What went out before a stop, what was refused since, and an index for the audit without single refusals. */
export const orderRecord = async (db: ReadModelDatabase): Promise<void> => {
  await db.schema
    .alterTable('order_receipts')
    .addColumn('before_last_at', 'timestamptz')
    .addColumn('before_last_address', 'text')
    .addColumn('before_last_act', 'text')
    .addColumn('before_last_subject', 'text')
    .addColumn('before_minute', 'bigint')
    .addColumn('before_hour', 'bigint')
    .addColumn('before_since', 'timestamptz')
    .execute();
  await db.schema
    .createTable('order_refusals')
    .addColumn('order_id', 'text', (column) => column.notNull())
    .addColumn('gateway', 'text', (column) => column.notNull())
    .addColumn('act', 'text', (column) => column.notNull())
    .addColumn('region', 'text', (column) => column.notNull())
    .addColumn('refused', 'bigint', (column) => column.notNull())
    .addColumn('first_at', 'timestamptz', (column) => column.notNull())
    .addColumn('last_at', 'timestamptz', (column) => column.notNull())
    .addPrimaryKeyConstraint('order_refusals_pkey', ['order_id', 'gateway', 'act'])
    .execute();
  await addKnownRefusals(db);
  await db
    .updateTable('audit_log')
    .set({ details: sql`details || '{"before": null}'::jsonb` })
    .where('type', '=', 'StopApplied')
    .where(sql<boolean>`not jsonb_exists(details, 'before')`)
    .execute();
  await db.schema
    .createIndex('audit_log_facts')
    .on('audit_log')
    .columns(['at', 'stream', 'sequence', 'part'])
    .where(sql.ref('type'), '<>', sql.lit('DecisionsCounted'))
    .execute();
};

/** What was projected before is brought up to what a rebuild makes of it. */
const addKnownRefusals = async (db: ReadModelDatabase): Promise<void> => {
  const detail = (name: string) => sql<string>`details ->> ${sql.lit(name)}`;
  await db
    .insertInto('order_refusals')
    .columns(['order_id', 'gateway', 'act', 'region', 'refused', 'first_at', 'last_at'])
    .expression(
      db
        .selectFrom('audit_log')
        .where('type', '=', 'DecisionsCounted')
        .where('order_id', 'is not', null)
        .groupBy(['order_id', detail('gateway'), detail('act')])
        .select([
          sql<string>`order_id`.as('order_id'),
          detail('gateway').as('gateway'),
          detail('act').as('act'),
          sql<string>`min(details ->> 'region')`.as('region'),
          sql<number>`least(sum((details ->> 'count')::bigint), 9007199254740991)::bigint`.as('n'),
          sql<string>`min((details ->> 'from')::timestamptz)`.as('first_at'),
          sql<string>`max((details ->> 'to')::timestamptz)`.as('last_at'),
        ]),
    )
    .execute();
};
