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
import { addActivity, addUsage, SUM_MAX } from './usage.js';

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

type Mutable<R> = { -readonly [K in keyof R]: R[K] };

/** Keeps one row of its own for each key, into which the next ones go: nothing is allocated for them. */
class Gathered<R extends object> {
  private readonly rows = new Map<string, Mutable<R>>();

  constructor(
    private readonly keyOf: (row: R) => string,
    private readonly into: (kept: Mutable<R>, next: R) => void,
  ) {}

  add(row: R): void {
    const key = this.keyOf(row);
    const kept = this.rows.get(key);
    if (kept === undefined) this.rows.set(key, { ...row });
    else this.into(kept, row);
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

/** The first order, lift and receipt of a key is the one that counts. */
const first = (): void => undefined;
const orderOf = (row: { readonly order_id: string }): string => row.order_id;
const bucketOf = (row: UsageRow): string => `${row.address} ${row.bucket}`;

// Timestamps have one form, so their order is the order of their characters.
const addRefusals = (kept: Mutable<OrderRefusalsRow>, next: OrderRefusalsRow): void => {
  kept.refused = Math.min(kept.refused + next.refused, SUM_MAX);
  if (next.first_at < kept.first_at) kept.first_at = next.first_at;
  if (next.last_at > kept.last_at) kept.last_at = next.last_at;
};

const gatherings = () => ({
  // Its key is the event's own place in the log: no two rows can meet.
  audit_log: new Listed<AuditRow>(),
  orders: new Gathered<OrderRow>(orderOf, first),
  order_reasons: new Gathered<OrderReasonRow>(orderOf, (kept, next) => {
    kept.reason = next.reason;
  }),
  order_repeats: new Gathered<OrderRepeatRow>(orderOf, (kept, next) => {
    kept.repeats += next.repeats;
  }),
  order_lifts: new Gathered<OrderLiftRow>(orderOf, first),
  order_receipts: new Gathered<ReceiptRow>(
    (row) => `${row.order_id} ${row.gateway} ${row.boot}`,
    first,
  ),
  order_refusals: new Gathered<OrderRefusalsRow>(
    (row) => `${row.order_id} ${row.gateway} ${row.act}`,
    addRefusals,
  ),
  usage_hour: new Gathered<UsageRow>(bucketOf, addUsage),
  usage_day: new Gathered<UsageRow>(bucketOf, addUsage),
  agents: new Gathered<AgentActivityRow>((row) => row.address, addActivity),
});

/** Gathers operations, in the order of the log, into rows. Any cut of the log into batches leads to the same tables. */
export class RowGathering {
  private gathered = gatherings();

  add(operations: Iterable<RowOperation>): void {
    // The union pairs each table with its row, which TypeScript cannot follow through an indexed call.
    for (const { into, row } of operations) {
      (this.gathered[into] as { add(row: object): void }).add(row);
    }
  }

  /** What was gathered since the last time. */
  take(): RowBatch {
    const { gathered } = this;
    this.gathered = gatherings();
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
  }
}

export const gatherRows = (operations: Iterable<RowOperation>): RowBatch => {
  const gathering = new RowGathering();
  gathering.add(operations);
  return gathering.take();
};
