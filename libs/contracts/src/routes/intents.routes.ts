import { z } from 'zod';
import { IntentType } from '../events/intent.events.js';
import { SessionId } from '../events/budget.events.js';
import { IntentId, Timestamp } from '../names.js';
import {
  Ignored,
  IntentParams,
  IntentStatus,
  IntentStoryEvent,
  IntentView,
  KeptFields,
  OpenObject,
  Since,
  WaitSeconds,
} from './intent-wire.js';
import { Moment, ok } from './paging.js';
import { defineRoute } from './route.js';

/** An address as callers write it: in full, or in the short form. Read strictly once the caller is known. */
const AddressText = z.string().min(3).max(383);

export const createIntent = defineRoute({
  id: 'intents.create',
  method: 'POST',
  path: '/v1/intents',
  access: { kind: 'gate', operators: 'intent:send' },
  summary: 'Sends an intent to an agent or a queue. It is durable once answered.',
  axme: true,
  body: z.strictObject({
    intent_type: IntentType,
    correlation_id: z.uuid(),
    to_agent: AddressText,
    payload: OpenObject,
    /** Echoed as sent; an agent of the caller's org finds the end in its inbox. */
    reply_to: z.string().min(1).max(383).nullish(),
    deadline_at: Moment.nullish(),
    /** @default 5 */
    max_delivery_attempts: z.number().int().min(1).max(100).nullish(),
    /** The session that it is part of: refused once that is over, and counted against its limits. */
    session_id: SessionId.nullish(),
    ...KeptFields,
    from_agent: Ignored,
    owner_agent: Ignored,
  }),
  response: z.object({ ...ok, intent_id: IntentId, status: IntentStatus, created_at: Timestamp }),
});

export const getIntent = defineRoute({
  id: 'intents.get',
  method: 'GET',
  path: '/v1/intents/:intent_id',
  access: { kind: 'gate', operators: 'mesh:read' },
  summary: 'One intent as it stands, and the stop that holds it if one does.',
  axme: true,
  params: IntentParams,
  response: z.object({ ...ok, intent: IntentView }),
});

export const listIntentEvents = defineRoute({
  id: 'intents.events',
  method: 'GET',
  path: '/v1/intents/:intent_id/events',
  access: { kind: 'gate', operators: 'mesh:read' },
  summary: "An intent's story so far, from the log.",
  axme: true,
  params: IntentParams,
  query: z.object({ since: Since }),
  response: z.object({ ...ok, events: z.array(IntentStoryEvent) }),
});

export const streamIntentEvents = defineRoute({
  id: 'intents.events.stream',
  method: 'GET',
  path: '/v1/intents/:intent_id/events/stream',
  access: { kind: 'gate', operators: 'mesh:read' },
  summary: "An intent's story as it happens. Ends at its end, or after wait_seconds.",
  axme: true,
  params: IntentParams,
  query: z.object({ since: Since, wait_seconds: WaitSeconds }),
  answers: 'sse',
});

export const intentRoutes = [
  createIntent,
  getIntent,
  listIntentEvents,
  streamIntentEvents,
] as const;
