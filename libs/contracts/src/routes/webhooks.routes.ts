import { z } from 'zod';
import { SubscriptionId, WebhookFormat } from '../events/webhook.events.js';
import { OrgName, Timestamp, WorkspaceName } from '../names.js';
import { NoticeType } from '../notice.js';
import { nextCursor, ok, paging } from './paging.js';
import { defineRoute } from './route.js';
import { AddressText } from './stop-wire.js';
import {
  CallbackUrl,
  DeliveryEntry,
  EventTypes,
  WebhookEntry,
  WebhookSecret,
} from './webhook-wire.js';

const WRITE = { kind: 'operator', permission: 'webhook:write' } as const;
/** Shown this once, where it was made here; `null` where the caller brought it. */
const shownOnce = { secret: z.string().nullable() };

export const createWebhook = defineRoute({
  id: 'webhooks.create',
  method: 'POST',
  path: '/v1/webhooks/subscriptions',
  access: WRITE,
  summary:
    'Tell a URL of events, signed as Standard Webhooks; a secret that is made here is shown once.',
  axme: true,
  body: z.strictObject({
    callback_url: CallbackUrl,
    event_types: EventTypes,
    /** For `pagerduty` the routing key of the integration. */
    secret: WebhookSecret.nullish(),
    active: z.boolean().nullish(),
    description: z.string().max(2000).nullish(),
    format: WebhookFormat.nullish(),
    /** Only what concerns this agent. */
    agent: AddressText.nullish(),
    /** Only what happens in this workspace. */
    workspace_id: WorkspaceName.nullish(),
    owner_agent: z.string().max(383).nullish(),
  }),
  response: z.object({ ...ok, subscription: WebhookEntry, ...shownOnce }),
});

export const listWebhooks = defineRoute({
  id: 'webhooks.list',
  method: 'GET',
  path: '/v1/webhooks/subscriptions',
  access: WRITE,
  summary: 'The subscriptions of the org that stand, without their secrets.',
  axme: true,
  query: z.object({
    ...paging,
    owner_agent: z.string().max(383).optional(),
    org_id: OrgName.optional(),
    /** Revoked ones as well. */
    revoked: z.stringbool().optional(),
  }),
  response: z.object({ ...ok, subscriptions: z.array(WebhookEntry), ...nextCursor }),
});

const one = z.object({ subscription_id: z.string().min(1).max(63) });

export const deleteWebhook = defineRoute({
  id: 'webhooks.delete',
  method: 'DELETE',
  path: '/v1/webhooks/subscriptions/:subscription_id',
  access: WRITE,
  summary: 'End a subscription for good: nothing more is delivered to it.',
  axme: true,
  params: one,
  response: z.object({ ...ok, subscription_id: SubscriptionId, revoked_at: Timestamp }),
});

export const rotateWebhook = defineRoute({
  id: 'webhooks.rotate',
  method: 'POST',
  path: '/v1/webhooks/subscriptions/:subscription_id/rotate',
  access: WRITE,
  summary:
    'A new secret. Deliveries are signed with the old one as well, until a call with "finish" drops it.',
  axme: false,
  params: one,
  body: z.strictObject({
    secret: WebhookSecret.nullish(),
    /** Drop the older secrets and make none. */
    finish: z.boolean().default(false),
  }),
  response: z.object({ ...ok, subscription: WebhookEntry, ...shownOnce }),
});

export const testWebhook = defineRoute({
  id: 'webhooks.test',
  method: 'POST',
  path: '/v1/webhooks/subscriptions/:subscription_id/test',
  access: WRITE,
  summary: 'Deliver an event webhook.test to this subscription alone.',
  axme: false,
  params: one,
  body: z.strictObject({}),
  response: z.object({ ...ok, event_id: z.string(), queued_deliveries: z.number().int() }),
});

export const listDeliveries = defineRoute({
  id: 'webhooks.deliveries',
  method: 'GET',
  path: '/v1/webhooks/subscriptions/:subscription_id/deliveries',
  access: WRITE,
  summary:
    'What was delivered to a subscription in the last 30 days, and what came of it: newest first.',
  axme: false,
  params: one,
  query: z.object({
    ...paging,
    status: z.enum(['pending', 'delivered', 'given_up', 'dropped']).optional(),
  }),
  response: z.object({ ...ok, deliveries: z.array(DeliveryEntry), ...nextCursor }),
});

const BYTES_MAX = 20_000;

/** AXME's counts. What was queued is delivered by the notifier, so nothing is delivered yet when this answers. */
const queued = {
  accepted_at: Timestamp,
  event_id: z.string(),
  event_type: z.string(),
  source: z.string(),
  owner_agent: z.string().nullable(),
  queued_deliveries: z.number().int(),
  processed_deliveries: z.number().int(),
  delivered: z.number().int(),
  pending: z.number().int(),
  dead_lettered: z.number().int(),
};

export const publishEvent = defineRoute({
  id: 'webhooks.publish',
  method: 'POST',
  path: '/v1/webhooks/events',
  access: WRITE,
  summary: 'Tell the subscriptions of the org an event of your own.',
  axme: true,
  body: z.strictObject({
    event_type: NoticeType,
    source: z.string().trim().min(1).max(200),
    payload: z
      .record(z.string(), z.json())
      .refine(
        (payload) => JSON.stringify(payload).length <= BYTES_MAX,
        `must be at most ${BYTES_MAX} characters as JSON`,
      ),
    owner_agent: z.string().max(383).nullish(),
  }),
  response: z.object({ ...ok, ...queued }),
});

export const replayEvent = defineRoute({
  id: 'webhooks.replay',
  method: 'POST',
  path: '/v1/webhooks/events/:event_id/replay',
  access: WRITE,
  summary: 'Deliver an event of the last 30 days again, with the same webhook-id.',
  axme: true,
  params: z.object({ event_id: z.string().min(1).max(200) }),
  body: z.strictObject({
    /** This one alone. */
    subscription_id: SubscriptionId.nullish(),
    owner_agent: z.string().max(383).nullish(),
  }),
  response: z.object({ ...ok, ...queued, replayed_at: Timestamp }),
});

export const webhookRoutes = [
  createWebhook,
  listWebhooks,
  deleteWebhook,
  rotateWebhook,
  testWebhook,
  listDeliveries,
  publishEvent,
  replayEvent,
] as const;
