import { z } from 'zod';
import { Metadata } from '../events/agent.events.js';
import { Address, AddressId, Tag, Timestamp } from '../names.js';
import { AddressText, HealthStatus, StopMark } from './stop-wire.js';

/** `addr_…`, or an address, URL-encoded; the short form means the caller's own workspace. */
export const AgentParams = z.object({ address_id: AddressText });

/** An agent in a list: what it is, how it is, what it used in the window. */
export const MeshAgent = z.object({
  address_id: AddressId,
  address: Address,
  display_name: z.string(),
  health_status: HealthStatus,
  last_heartbeat_at: Timestamp.nullable(),
  created_at: Timestamp,
  intents_period: z.number(),
  /** Dollars. */
  cost_period: z.number(),
  metadata: Metadata,
  tags: z.array(Tag),
  revoked: z.boolean(),
  /** On whose behalf it was registered: revoked together with that. */
  parent: Address.optional(),
  stop: StopMark.optional(),
});
export type MeshAgent = z.infer<typeof MeshAgent>;

const counted = z.number().int().nonnegative();

/** How many of the visible agents are in each state; not narrowed by the filter. */
export const MeshSummary = z.object({
  total: counted,
  healthy: counted,
  degraded: counted,
  unreachable: counted,
  killed: counted,
  paused: counted,
  quarantined: counted,
  draining: counted,
  unknown: counted,
});
export type MeshSummary = z.infer<typeof MeshSummary>;

/** `active` is another word for `healthy`. */
export const HealthFilter = z
  .enum([...HealthStatus.options, 'active'])
  .transform((health): HealthStatus => (health === 'active' ? 'healthy' : health));

/** Use in a window of time. */
export const AgentMetrics = z.object({
  intents_total: z.number(),
  intents_succeeded: z.number(),
  intents_failed: z.number(),
  cost_usd: z.number(),
  tokens_in: z.number(),
  tokens_out: z.number(),
  avg_latency_ms: z.number().nullable(),
});
export type AgentMetrics = z.infer<typeof AgentMetrics>;

/** Use in one step of a series; `at` is its beginning. */
export const UsageStep = z.object({ at: Timestamp, ...AgentMetrics.shape });
export type UsageStep = z.infer<typeof UsageStep>;

/** An agent as the directory lists it. */
export const DirectoryAgent = z.object({
  address: Address,
  address_id: AddressId,
  service_account_id: z.string(),
  service_account_name: z.string(),
  display_name: z.string(),
  status: z.enum(['active', 'suspended', 'deleted']),
  created_at: Timestamp,
});
export type DirectoryAgent = z.infer<typeof DirectoryAgent>;
