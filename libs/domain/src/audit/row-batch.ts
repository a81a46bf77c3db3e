import type {
  AgentActivityRow,
  AuditRow,
  OrderLiftRow,
  OrderReasonRow,
  OrderRefusalsRow,
  OrderRepeatRow,
  OrderRow,
  ReceiptRow,
  RowOperation,
  UsageRow,
} from './audit-rows.js';
import { mergeActivity, mergeUsage, SUM_MAX } from './usage.js';

/** The rows of a run of events, at most one for each key and table, to be written in one transaction. */
export interface RowBatch {
  readonly audit_log: readonly AuditRow[];
  readonly orders: readonly OrderRow[];
  readonly order_reasons: readonly OrderReasonRow[];
  readonly order_repeats: readonly OrderRepeatRow[];
  readonly order_lifts: readonly OrderLiftRow[];
  readonly order_receipts: readonly ReceiptRow[];
  readonly order_refusals: readonly OrderRefusalsRow[];
  readonly usage_hour: readonly UsageRow[];
  readonly usage_day: readonly UsageRow[];
  readonly agents: readonly AgentActivityRow[];
}

/** How two rows of one key become one, for each table. The first order, lift and receipt of a key is the one that counts. */
class Gathered<R> {
  private readonly rows = new Map<string, R>();

  constructor(
    private readonly keyOf: (row: R) => string,
    private readonly merge: (before: R, next: R) => R,
  ) {}

  add(row: R): void {
    const key = this.keyOf(row);
    const before = this.rows.get(key);
    this.rows.set(key, before === undefined ? row : this.merge(before, row));
  }

  list(): R[] {
    return [...this.rows.values()];
  }
}

class Listed<R> {
  private readonly rows: R[] = [];

  add(row: R): void {
    this.rows.push(row);
  }

  list(): R[] {
    return this.rows;
  }
}

const first = <R>(before: R): R => before;
const last = <R>(_before: R, next: R): R => next;
const orderOf = (row: { readonly order_id: string }): string => row.order_id;
const bucketOf = (row: UsageRow): string => `${row.address} ${row.bucket}`;

// Timestamps have one form, so their order is the order of their characters.
const mergeRefusals = (before: OrderRefusalsRow, next: OrderRefusalsRow): OrderRefusalsRow => ({
  ...before,
  refused: Math.min(before.refused + next.refused, SUM_MAX),
  first_at: next.first_at < before.first_at ? next.first_at : before.first_at,
  last_at: next.last_at > before.last_at ? next.last_at : before.last_at,
});

/** Gathers operations, in the order of the log, into rows. Any cut of the log into batches leads to the same tables. */
export const gatherRows = (operations: Iterable<RowOperation>): RowBatch => {
  const gathered = {
    // Its key is the event's own place in the log: no two rows can meet.
    audit_log: new Listed<AuditRow>(),
    orders: new Gathered<OrderRow>(orderOf, first),
    order_reasons: new Gathered<OrderReasonRow>(orderOf, last),
    order_repeats: new Gathered<OrderRepeatRow>(orderOf, (before, next) => ({
      ...next,
      repeats: before.repeats + next.repeats,
    })),
    order_lifts: new Gathered<OrderLiftRow>(orderOf, first),
    order_receipts: new Gathered<ReceiptRow>(
      (row) => `${row.order_id} ${row.gateway} ${row.boot}`,
      first,
    ),
    order_refusals: new Gathered<OrderRefusalsRow>(
      (row) => `${row.order_id} ${row.gateway} ${row.act}`,
      mergeRefusals,
    ),
    usage_hour: new Gathered<UsageRow>(bucketOf, mergeUsage),
    usage_day: new Gathered<UsageRow>(bucketOf, mergeUsage),
    agents: new Gathered<AgentActivityRow>((row) => row.address, mergeActivity),
  };
  // The union pairs each table with its row, which TypeScript cannot follow through an indexed call.
  for (const { into, row } of operations) (gathered[into] as Gathered<typeof row>).add(row);
  return {
    audit_log: gathered.audit_log.list(),
    orders: gathered.orders.list(),
    order_reasons: gathered.order_reasons.list(),
    order_repeats: gathered.order_repeats.list(),
    order_lifts: gathered.order_lifts.list(),
    order_receipts: gathered.order_receipts.list(),
    order_refusals: gathered.order_refusals.list(),
    usage_hour: gathered.usage_hour.list(),
    usage_day: gathered.usage_day.list(),
    agents: gathered.agents.list(),
  };
};
