import type { Selectable } from 'kysely';
import type { ReadModelDatabase } from '../connection.js';
import type { OrderReceiptsTable, OrderRefusalsTable, OrdersTable } from '../read-model.schema.js';

export type OrderLine = Selectable<OrdersTable>;
export type ReceiptLine = Selectable<OrderReceiptsTable>;
export type OrderRefusalsLine = Selectable<OrderRefusalsTable>;

export interface OrdersQuery {
  /** `null`: all orgs, for those who may see them. */
  readonly org: string | null;
  readonly workspace?: string | undefined;
  /** Orders on exactly this agent. */
  readonly address?: string | undefined;
  readonly standing?: boolean | undefined;
  /** Only orders before this place in the control log: `sequence` of the last of the page before. */
  readonly before?: number | undefined;
  readonly limit: number;
}

/** Stop orders, standing and lifted, newest first. */
export const ordersOf = async (db: ReadModelDatabase, query: OrdersQuery): Promise<OrderLine[]> => {
  let orders = db.selectFrom('orders').selectAll();
  if (query.org !== null) orders = orders.where('org', '=', query.org);
  if (query.workspace !== undefined) orders = orders.where('workspace', '=', query.workspace);
  if (query.address !== undefined) orders = orders.where('address', '=', query.address);
  if (query.before !== undefined) orders = orders.where('sequence', '<', query.before);
  if (query.standing !== undefined) {
    orders = orders.where('lifted_at', query.standing ? 'is' : 'is not', null);
  }
  return await orders.orderBy('sequence', 'desc').limit(query.limit).execute();
};

/** What the gateways said about one order, in the order in which they said it. */
export const receiptsOf = async (db: ReadModelDatabase, orderId: string): Promise<ReceiptLine[]> =>
  await db
    .selectFrom('order_receipts')
    .selectAll()
    .where('order_id', '=', orderId)
    .orderBy('sequence')
    .execute();

/** What each gateway refused for one order, by act. */
export const refusalsOf = async (
  db: ReadModelDatabase,
  orderId: string,
): Promise<OrderRefusalsLine[]> =>
  await db
    .selectFrom('order_refusals')
    .selectAll()
    .where('order_id', '=', orderId)
    .orderBy('gateway')
    .orderBy('act')
    .execute();
