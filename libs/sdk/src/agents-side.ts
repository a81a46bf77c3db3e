import type { HealthStatus, JsonObject, StopMode } from '#contracts';

/** How far an intent has come. The last four are ends. */
export type IntentStatus =
  | 'CREATED'
  | 'SUBMITTED'
  | 'DELIVERED'
  | 'ACKNOWLEDGED'
  | 'IN_PROGRESS'
  | 'WAITING'
  | 'COMPLETED'
  | 'FAILED'
  | 'CANCELED'
  | 'TIMED_OUT';

export const terminalStatuses: readonly IntentStatus[] = [
  'COMPLETED',
  'FAILED',
  'CANCELED',
  'TIMED_OUT',
];

export interface SendIntent {
  /** `name.name.v1`. */
  readonly intent_type: string;
  /** `agent://org/workspace/name`, `agent://org/name` or `queue://…`. */
  readonly to_agent: string;
  readonly payload: JsonObject;
  /** @default a fresh uuid */
  readonly correlation_id?: string;
  readonly reply_to?: string;
  /** RFC 3339. */
  readonly deadline_at?: string;
  readonly max_delivery_attempts?: number;
}

export interface IntentCreated {
  readonly ok: true;
  readonly intent_id: string;
  readonly status: IntentStatus;
  readonly created_at: string;
}

export interface Intent {
  readonly intent_id: string;
  readonly status: IntentStatus;
  readonly created_at: string;
  readonly updated_at: string;
  readonly intent_type: string;
  readonly correlation_id: string;
  readonly from_agent: string;
  readonly to_agent: string;
  readonly payload: JsonObject;
  /** A stop holds it. */
  readonly held?: { readonly mode: StopMode; readonly order_id: string };
}

export interface IntentEvent {
  readonly intent_id: string;
  readonly seq: number;
  /** `intent.created`, `intent.submitted`, … */
  readonly event_type: string;
  readonly status: IntentStatus;
  readonly at: string;
  readonly actor?: string;
  readonly details?: JsonObject;
}

/** Work, as it comes to an agent. */
export interface Delivery {
  readonly intent_id: string;
  /** Counts the deliveries to this agent. */
  readonly seq: number;
  readonly event_type: string;
  readonly status: IntentStatus;
  readonly intent_type: string;
  readonly payload: JsonObject;
  readonly from_agent: string;
  readonly correlation_id: string;
  readonly delivery_attempt: number;
  /** What the last instance had saved when it was interrupted. */
  readonly checkpoint?: unknown;
}

export interface Resolution {
  readonly status: 'COMPLETED' | 'FAILED' | 'CANCELED';
  readonly result?: JsonObject;
  readonly error?: JsonObject;
  readonly reason?: string;
}

export interface Resolved {
  readonly ok: true;
  readonly intent: Intent;
  readonly event: IntentEvent;
  readonly completion_delivery: {
    readonly delivered: boolean;
    readonly reply_to?: string;
    readonly thread_id?: string;
    readonly reason?: string;
  };
}

export interface Answered {
  readonly ok: true;
  readonly applied: boolean;
  readonly intent: Intent;
  readonly policy_generation: number;
}

/** Use since the last heartbeat, not totals. */
export interface HeartbeatMetrics {
  readonly intents_total?: number | null;
  readonly intents_succeeded?: number | null;
  readonly intents_failed?: number | null;
  readonly avg_latency_ms?: number | null;
  readonly cost_usd?: number | null;
  readonly tokens_in?: number | null;
  readonly tokens_out?: number | null;
}

export interface Heartbeat {
  readonly metrics?: HeartbeatMetrics;
  readonly checkpoint?: { readonly intent_id: string; readonly data: unknown };
  /** Tells the instances of one agent apart. */
  readonly instance?: string;
}

export interface HeartbeatAnswer {
  readonly ok: true;
  readonly health_status: HealthStatus;
  readonly stop?: {
    readonly mode: StopMode;
    readonly order_id: string;
    readonly since: string;
    readonly reason: string | null;
  };
}

export interface GuardQuestion {
  readonly tool: string;
  readonly session_id?: string;
  readonly args_digest?: string;
  readonly cost_usd?: number;
  readonly direction?: string;
}

export interface GuardAnswer {
  readonly action: 'allow' | 'block' | 'warn';
  readonly reason?: string;
  readonly order_id?: string;
  readonly rule?: string;
}
