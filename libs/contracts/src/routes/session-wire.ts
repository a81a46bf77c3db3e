import { z } from 'zod';
import { Metadata } from '../events/agent.events.js';
import { SessionId } from '../events/budget.events.js';
import { SESSION_ACTIONS_MAX, SESSION_SECONDS_MAX } from '../events/session.events.js';
import { Amount } from '../money.js';
import { Timestamp } from '../names.js';

/**
 * `ACTIVE` until it is completed by whoever works in it, `TERMINATED` by an operator (itself, or one above it), or
 * `EXPIRED` by its duration.
 */
export const SessionStatus = z.enum(['ACTIVE', 'COMPLETED', 'TERMINATED', 'EXPIRED']);
export type SessionStatus = z.infer<typeof SessionStatus>;

/** What a session may take; `null`, or left out: no limit of its own. */
export const SessionLimitsInput = z.strictObject({
  /** Seconds. @default 28800 */
  max_duration: z.number().int().min(1).max(SESSION_SECONDS_MAX).nullish(),
  /** Guards and intents that name it. */
  max_actions: z.number().int().min(0).max(SESSION_ACTIONS_MAX).nullish(),
  /** Dollars, as text: `"10.00"`. */
  max_cost: Amount.nullish(),
});
export type SessionLimitsInput = z.infer<typeof SessionLimitsInput>;

export const SessionLimitsView = z.object({
  max_duration: z.number().int(),
  max_actions: z.number().int().nullable(),
  max_cost: z.string().nullable(),
});

export const SessionView = z.object({
  session_id: SessionId,
  status: SessionStatus,
  type: z.string().nullable(),
  project_id: z.string().nullable(),
  parent_session_id: SessionId.nullable(),
  depends_on: z.array(z.string()),
  metadata: Metadata,
  limits: SessionLimitsView,
  owner_agent: z.string(),
  created_at: Timestamp,
  updated_at: Timestamp,
  /** It is over then, whatever happens. */
  expires_at: Timestamp,
  /** `null` while it is active. */
  ended_at: Timestamp.nullable(),
  /** Why it was terminated; `null` for other ends. */
  reason: z.string().nullable(),
  result: z.unknown(),
});
export type SessionView = z.infer<typeof SessionView>;

export const SessionMessage = z.object({
  message_id: z.uuid(),
  session_id: SessionId,
  seq: z.number().int().positive(),
  role: z.string(),
  content: z.unknown(),
  content_type: z.string().nullable(),
  from_agent: z.string(),
  created_at: Timestamp,
});
export type SessionMessage = z.infer<typeof SessionMessage>;

/** One line of a session's feed: a message, or its end. */
export const SessionFeedEvent = z.looseObject({
  session_id: SessionId,
  /** `null`: it ended without a word of its own, by a kill or by its duration. */
  seq: z.number().int().positive().nullable(),
  event_type: z.enum(['session.message', 'session.completed']),
  status: SessionStatus,
  at: Timestamp,
});
export type SessionFeedEvent = z.infer<typeof SessionFeedEvent>;

export const SessionParams = z.object({ session_id: SessionId });
