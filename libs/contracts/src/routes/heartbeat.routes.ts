import { z } from 'zod';
import { IntentId, StopOrderId, Timestamp } from '../names.js';
import { Ignored } from './intent-wire.js';
import { ok } from './paging.js';
import { CapMark } from './budget.routes.js';
import { defineRoute } from './route.js';
import { AgentMark, HealthStatus, StopMark } from './stop-wire.js';

const number = z.number().min(0).max(Number.MAX_SAFE_INTEGER).nullish();

/** What the agent did since its heartbeat before. */
export const HeartbeatMetrics = z.object({
  intents_total: number,
  intents_succeeded: number,
  intents_failed: number,
  avg_latency_ms: number,
  /** Dollars. */
  cost_usd: z.number().min(0).max(1_000_000_000).nullish(),
  tokens_in: number,
  tokens_out: number,
});
export type HeartbeatMetrics = z.infer<typeof HeartbeatMetrics>;

export const sendHeartbeat = defineRoute({
  id: 'mesh.heartbeat',
  method: 'POST',
  path: '/v1/mesh/heartbeat',
  access: { kind: 'gate', operators: null },
  momentary: true,
  summary: "An agent's sign of life. A stopped agent is answered too, and told.",
  axme: true,
  body: z.strictObject({
    metrics: HeartbeatMetrics.nullish(),
    /** A shortcut for PUT /v1/intents/{id}/checkpoint. */
    checkpoint: z
      .strictObject({
        intent_id: IntentId,
        data: z.unknown().refine((data) => data !== undefined, 'is required'),
      })
      .nullish(),
    instance: z.string().min(1).max(200).nullish(),
    owner_agent: Ignored,
  }),
  response: z.object({
    ...ok,
    ...AgentMark.shape,
    health_status: HealthStatus,
    received_at: Timestamp,
    stop: StopMark.optional(),
    checkpoint: z.object({ saved: z.boolean(), reason: z.string().optional() }).optional(),
  }),
});

export const guardTool = defineRoute({
  id: 'guard',
  method: 'POST',
  path: '/v1/guard',
  access: { kind: 'gate', operators: null },
  momentary: true,
  summary:
    'May this agent use this tool now? Asked before each call, outside the control of the agent.',
  axme: false,
  body: z.strictObject({
    session_id: z.string().min(1).max(200).nullish(),
    tool: z
      .string()
      .regex(/^[A-Za-z0-9_.:/-]{1,128}$/, 'must be 1-128 characters of A-Z a-z 0-9 _ . : / -'),
    args_digest: z.string().max(200).nullish(),
    cost_usd: z.number().min(0).max(1_000_000_000).nullish(),
    direction: z.string().max(32).nullish(),
  }),
  response: z.object({
    action: z.enum(['allow', 'block', 'warn']),
    reason: z.string().optional(),
    /** The reason in words, where it is no stop. */
    detail: z.string().optional(),
    order_id: StopOrderId.optional(),
    rule: z.string().optional(),
    /** The cap that has no room for it. */
    cap: CapMark.optional(),
  }),
});

export const heartbeatRoutes = [sendHeartbeat, guardTool] as const;
