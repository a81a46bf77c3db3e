import type { Generated } from 'kysely';

/**
 * The tables of the read model. Everything in them follows from the logs alone, so they can be dropped and replayed.
 * Numbers are whole and at most 2^53 - 1 unless they are said to be milliseconds; times are RFC 3339 text, UTC,
 * milliseconds, in both directions.
 */
export interface ReadModel {
  audit_log: AuditLogTable;
  agents: AgentsTable;
  usage_hour: UsageTable;
  usage_day: UsageTable;
  orders: OrdersTable;
  order_receipts: OrderReceiptsTable;
  order_refusals: OrderRefusalsTable;
  projection_position: ProjectionPositionTable;
}

export type TableName = keyof ReadModel;

export interface AuditLogTable {
  stream: string;
  sequence: number;
  /** Tells apart the lines of one event. */
  part: number;
  event_id: string;
  at: string;
  org: string | null;
  workspace: string | null;
  actor_kind: string;
  actor_id: string;
  actor_via: string;
  type: string;
  mesh_event: string | null;
  address: string | null;
  order_id: string | null;
  reason: string | null;
  correlation_id: string;
  causation_id: string | null;
  details: Record<string, unknown>;
  /** `unsigned` or `forged`: gateways and nodes refused the event, and it has no effect. */
  refused: string | null;
}

/** All columns of the audit. */
export const auditColumns = [
  ...(['stream', 'sequence', 'part', 'event_id', 'at', 'org', 'workspace'] as const),
  ...(['actor_kind', 'actor_id', 'actor_via', 'type', 'mesh_event', 'address'] as const),
  ...(['order_id', 'reason', 'correlation_id', 'causation_id', 'details', 'refused'] as const),
] as const satisfies readonly (keyof AuditLogTable)[];

export interface UsageColumns {
  heartbeats: number;
  sent: number;
  received: number;
  delivered: number;
  answered: number;
  guarded: number;
  refused: number;
  intents_total: number;
  intents_succeeded: number;
  intents_failed: number;
  cost_micro_usd: number;
  tokens_in: number;
  tokens_out: number;
  latency_ms_total: number;
  latency_intents: number;
}

/** Columns that are summed up, in the tables of use and in the totals of an agent. */
export const usageColumns = [
  'heartbeats',
  'sent',
  'received',
  'delivered',
  'answered',
  'guarded',
  'refused',
  'intents_total',
  'intents_succeeded',
  'intents_failed',
  'cost_micro_usd',
  'tokens_in',
  'tokens_out',
  'latency_ms_total',
  'latency_intents',
] as const satisfies readonly (keyof UsageColumns)[];

export interface UsageTable extends UsageColumns {
  address: string;
  /** When the hour or day begins. */
  bucket: string;
  org: string;
  workspace: string;
}

export interface AgentsTable extends UsageColumns {
  address: string;
  org: string;
  workspace: string;
  last_heartbeat_at: string | null;
  last_instance: string | null;
  last_gateway: string | null;
  last_region: string | null;
  health: string | null;
}

export interface OrdersTable {
  order_id: string;
  sequence: number;
  org: string;
  workspace: string | null;
  mode: string;
  selector: string;
  address: string | null;
  reason: string | null;
  actor_kind: string;
  actor_id: string;
  actor_via: string;
  ordered_at: string;
  expires_at: string | null;
  drain_until: string | null;
  repeats: Generated<number>;
  lifted_at: string | null;
  lift_sequence: number | null;
  lift_cause: string | null;
  lift_reason: string | null;
  lift_actor_kind: string | null;
  lift_actor_id: string | null;
  lift_actor_via: string | null;
}

export interface OrderReceiptsTable {
  order_id: string;
  gateway: string;
  boot: number;
  region: string;
  sequence: number;
  at: string;
  position: number;
  /** Milliseconds. */
  applied_after_ms: number;
  cut_streams: number;
  cut_calls: number;
  before_last_at: string | null;
  before_last_address: string | null;
  before_last_act: string | null;
  before_last_subject: string | null;
  before_minute: number | null;
  before_hour: number | null;
  before_since: string | null;
}

export interface OrderRefusalsTable {
  order_id: string;
  gateway: string;
  act: string;
  region: string;
  refused: number;
  first_at: string;
  last_at: string;
}

export interface ProjectionPositionTable {
  stream: string;
  /** Everything up to here is in the tables, and nothing beyond. */
  last_sequence: number;
}

/** The schema that is read and written. */
export const READ_MODEL = 'read_model';
/** Where a rebuild replays the logs, beside the live tables. */
export const SHADOW = 'read_model_shadow';
/** What a rebuild put aside. */
export const RETIRED = 'read_model_retired';
export type SchemaName = typeof READ_MODEL | typeof SHADOW;
