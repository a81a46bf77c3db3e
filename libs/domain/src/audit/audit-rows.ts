import type { JsonObject, Timestamp } from '#contracts';

/** The streams that the read model is made of. */
export type AuditedStream = 'CONTROL' | 'ACTIVITY';

export type RefusedEvent = 'unsigned' | 'forged';

/**
 * One line of the audit. Its key is its place in the log (`stream`, `sequence`) and, where one event tells of several
 * things, the `part`; nothing in it comes from the moment or the order of the projection.
 */
export interface AuditRow {
  readonly stream: AuditedStream;
  readonly sequence: number;
  readonly part: number;
  readonly event_id: string;
  readonly at: Timestamp;
  readonly org: string | null;
  readonly workspace: string | null;
  readonly actor_kind: string;
  readonly actor_id: string;
  readonly actor_via: string;
  /** The event's own name, `StopOrdered`. */
  readonly type: string;
  /** Its name among the fleet's facts, `agent.killed`; `null` where it is none. */
  readonly mesh_event: string | null;
  readonly address: string | null;
  readonly order_id: string | null;
  readonly reason: string | null;
  readonly correlation_id: string;
  readonly causation_id: string | null;
  readonly details: JsonObject;
  /** Why the event has no effect anywhere: nobody signed it, or not the one who may say it; `null`: it counts. */
  readonly refused: RefusedEvent | null;
}

export interface OrderRow {
  readonly order_id: string;
  readonly sequence: number;
  readonly org: string;
  readonly workspace: string | null;
  readonly mode: string;
  /** In one canonical line. */
  readonly selector: string;
  /** Where the order covers exactly one agent. */
  readonly address: string | null;
  readonly reason: string | null;
  readonly actor_kind: string;
  readonly actor_id: string;
  readonly actor_via: string;
  readonly ordered_at: Timestamp;
  readonly expires_at: Timestamp | null;
  readonly drain_until: Timestamp | null;
}

export interface OrderReasonRow {
  readonly order_id: string;
  readonly reason: string;
}

export interface OrderRepeatRow {
  readonly order_id: string;
  readonly repeats: number;
}

export interface OrderLiftRow {
  readonly order_id: string;
  readonly lifted_at: Timestamp;
  readonly lift_sequence: number;
  readonly lift_cause: string;
  readonly lift_reason: string | null;
  readonly lift_actor_kind: string;
  readonly lift_actor_id: string;
  readonly lift_actor_via: string;
}

/** A gateway's word that it applied an order. */
export interface ReceiptRow {
  readonly order_id: string;
  readonly gateway: string;
  readonly boot: number;
  readonly region: string;
  readonly sequence: number;
  readonly at: Timestamp;
  readonly position: number;
  readonly applied_after_ms: number;
  readonly cut_streams: number;
  readonly cut_calls: number;
  /** What went out before; all `null` where that was not recorded, and `before_last_…` where nothing did. */
  readonly before_last_at: Timestamp | null;
  readonly before_last_address: string | null;
  readonly before_last_act: string | null;
  readonly before_last_subject: string | null;
  readonly before_minute: number | null;
  readonly before_hour: number | null;
  readonly before_since: Timestamp | null;
}

/** How often one gateway refused one kind of act for one order. All of them add up, in any order. */
export interface OrderRefusalsRow {
  readonly order_id: string;
  readonly gateway: string;
  readonly act: string;
  readonly region: string;
  readonly refused: number;
  readonly first_at: Timestamp;
  readonly last_at: Timestamp;
}

/** What an agent did: whole numbers only, so that sums do not depend on the order of adding. */
export const usageFields = [
  'heartbeats',
  /** Counted by gateways: allowed. */
  'sent',
  'received',
  'delivered',
  'answered',
  'guarded',
  /** Counted by gateways: refused, whatever the act. */
  'refused',
  /** Reported by the agent itself. */
  'intents_total',
  'intents_succeeded',
  'intents_failed',
  'cost_micro_usd',
  'tokens_in',
  'tokens_out',
  /** Mean latency times intents, and those intents: their quotient is the mean of any period. */
  'latency_ms_total',
  'latency_intents',
] as const;
export type UsageField = (typeof usageFields)[number];
export type UsageSum = Readonly<Record<UsageField, number>>;

/** Use of one agent in one hour or day, which `bucket` begins. */
export interface UsageRow extends UsageSum {
  readonly address: string;
  readonly bucket: Timestamp;
  readonly org: string;
  readonly workspace: string;
}

/** What is known of an agent from its activity; all time sums. `null`: this says nothing of it. */
export interface AgentActivityRow extends UsageSum {
  readonly address: string;
  readonly org: string;
  readonly workspace: string;
  readonly last_heartbeat_at: Timestamp | null;
  readonly last_instance: string | null;
  readonly last_gateway: string | null;
  readonly last_region: string | null;
  /** The health that the log told last. */
  readonly health: string | null;
}

/** What one event puts into the read model. */
export type RowOperation =
  | { readonly into: 'audit_log'; readonly row: AuditRow }
  | { readonly into: 'orders'; readonly row: OrderRow }
  | { readonly into: 'order_reasons'; readonly row: OrderReasonRow }
  | { readonly into: 'order_repeats'; readonly row: OrderRepeatRow }
  | { readonly into: 'order_lifts'; readonly row: OrderLiftRow }
  | { readonly into: 'order_receipts'; readonly row: ReceiptRow }
  | { readonly into: 'order_refusals'; readonly row: OrderRefusalsRow }
  | { readonly into: 'usage_hour'; readonly row: UsageRow }
  | { readonly into: 'usage_day'; readonly row: UsageRow }
  | { readonly into: 'agents'; readonly row: AgentActivityRow };
