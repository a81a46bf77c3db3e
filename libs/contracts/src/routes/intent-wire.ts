import { z } from 'zod';
import { IntentType, type JsonObject } from '../events/intent.events.js';
import { StopMode } from '../events/stop.events.js';
import { IntentId, StopOrderId, Timestamp } from '../names.js';

/**
 * An object of any content. Only its top level is walked: it was JSON before, and payloads can be large.
 */
export const OpenObject = z.record(z.string(), z.unknown()) as unknown as z.ZodType<JsonObject>;

export const IntentStatus = z.enum([
  'CREATED',
  'SUBMITTED',
  'DELIVERED',
  'ACKNOWLEDGED',
  'IN_PROGRESS',
  'WAITING',
  'COMPLETED',
  'FAILED',
  'CANCELED',
  'TIMED_OUT',
]);

/** Why an open intent waits: the stop that holds its receiver. */
export const Held = z.object({ mode: StopMode, order_id: StopOrderId });

/** An intent as programs see it. Fields that were kept for AXME's clients come back beside these. */
export const IntentView = z.looseObject({
  intent_id: IntentId,
  status: IntentStatus,
  created_at: Timestamp,
  updated_at: Timestamp,
  intent_type: IntentType,
  correlation_id: z.string(),
  from_agent: z.string(),
  to_agent: z.string(),
  payload: OpenObject,
  reply_to: z.string().optional(),
  deadline_at: Timestamp.optional(),
  max_delivery_attempts: z.number().int(),
  delivery_attempt: z.number().int(),
  policy_generation: z.number().int(),
  checkpoint: z.unknown().optional(),
  held: Held.optional(),
});

/** One line of an intent's story. */
export const IntentStoryEvent = z.object({
  intent_id: IntentId,
  seq: z.number().int().positive(),
  event_type: z.string(),
  status: IntentStatus,
  at: Timestamp,
  actor: z.string().optional(),
  details: OpenObject.optional(),
});

/** A field of AXME's wire that is accepted and has no effect. */
export const Ignored = z.unknown().optional();

const flag = z.number().int().min(0).max(31_536_000).nullish();

/** Fields of AXME's wire that are kept and given back, and not acted on. */
export const KeptFields = {
  remind_after_seconds: flag,
  remind_interval_seconds: flag,
  max_reminders: flag,
  escalate_to: z.string().max(383).nullish(),
  human_task: z.unknown().optional(),
};

/** Where a list of a story begins: events after this `seq`. */
export const Since = z.coerce.number().int().min(0).default(0);

/** With it a stream ends after so many seconds at the latest; without it stays open. */
export const WaitSeconds = z.coerce.number().int().min(1).max(60).optional();

export const IntentParams = z.object({ intent_id: IntentId });
