import { z } from 'zod';
import { Ignored, IntentParams, IntentStatus, IntentView, OpenObject } from './intent-wire.js';
import { IntentId, Timestamp } from '../names.js';
import { ok } from './paging.js';
import { defineRoute } from './route.js';

export const resolveIntent = defineRoute({
  id: 'intents.resolve',
  method: 'POST',
  path: '/v1/intents/:intent_id/resolve',
  access: { kind: 'gate', operators: 'intent:resolve' },
  summary: 'Ends an intent: by its receiver, its sender or an operator. A second end is 409.',
  axme: true,
  params: IntentParams,
  body: z.strictObject({
    status: z.enum(['COMPLETED', 'FAILED', 'CANCELED']),
    result: OpenObject.nullish(),
    /** An object, or a sentence. */
    error: z.union([OpenObject, z.string().max(2000)]).nullish(),
    reason: z.string().max(2000).nullish(),
    actor: Ignored,
    owner_agent: Ignored,
  }),
  response: z.object({
    ...ok,
    intent: IntentView,
    event: z.object({
      intent_id: IntentId,
      seq: z.number().int().positive(),
      event_type: z.string(),
      status: IntentStatus,
      at: Timestamp,
      details: OpenObject,
    }),
    completion_delivery: z.object({
      delivered: z.boolean(),
      reply_to: z.string().optional(),
      thread_id: IntentId.optional(),
      reason: z.string().optional(),
    }),
  }),
});

const Applied = {
  ...ok,
  applied: z.boolean(),
  policy_generation: z.number().int().nonnegative(),
};

export const resumeIntent = defineRoute({
  id: 'intents.resume',
  method: 'POST',
  path: '/v1/intents/:intent_id/resume',
  access: { kind: 'gate', operators: 'intent:resolve' },
  summary:
    'An agent answers an intent: outcome failure, failed or error (or action fail, failed or reject) fails it; status WAITING or IN_PROGRESS keeps it open; anything else completes it.',
  axme: true,
  params: IntentParams,
  body: OpenObject,
  response: z.object({ ...Applied, intent: IntentView }),
});

const change = {
  envelope_patch: OpenObject.nullish(),
  actor: Ignored,
  owner_agent: Ignored,
  reason: z.string().max(2000).nullish(),
  expected_policy_generation: z.number().int().nonnegative().nullish(),
};

export const controlIntent = defineRoute({
  id: 'intents.controls',
  method: 'POST',
  path: '/v1/intents/:intent_id/controls',
  access: { kind: 'gate', operators: 'intent:resolve' },
  summary: 'Changes the controls of an open intent.',
  axme: true,
  params: IntentParams,
  body: z.strictObject({
    controls_patch: OpenObject.nullish(),
    grants_patch: OpenObject.nullish(),
    ...change,
  }),
  response: z.object(Applied),
});

export const setIntentPolicy = defineRoute({
  id: 'intents.policy',
  method: 'POST',
  path: '/v1/intents/:intent_id/policy',
  access: { kind: 'gate', operators: 'intent:resolve' },
  summary: 'Changes the policy that goes with an open intent.',
  axme: true,
  params: IntentParams,
  body: z.strictObject({
    controls_patch: OpenObject.nullish(),
    grants_patch: OpenObject.nullish(),
    ...change,
  }),
  response: z.object(Applied),
});

export const checkpointIntent = defineRoute({
  id: 'intents.checkpoint',
  method: 'PUT',
  path: '/v1/intents/:intent_id/checkpoint',
  access: { kind: 'gate', operators: null },
  summary:
    'Durable progress, at most 64 KiB: the next delivery carries it. Renews the visibility time.',
  axme: false,
  params: IntentParams,
  body: z.strictObject({ data: z.unknown().refine((data) => data !== undefined, 'is required') }),
  response: z.object({
    ...ok,
    intent_id: IntentId,
    status: IntentStatus,
    checkpointed_at: Timestamp,
  }),
});

export const intentAnswerRoutes = [
  resolveIntent,
  resumeIntent,
  controlIntent,
  setIntentPolicy,
  checkpointIntent,
] as const;
