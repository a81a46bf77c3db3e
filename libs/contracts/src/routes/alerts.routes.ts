import { z } from 'zod';
import { Address } from '../names.js';
import { ok } from './paging.js';
import { defineRoute } from './route.js';
import { createWebhook } from './webhooks.routes.js';
import { WebhookEntry } from './webhook-wire.js';

/** The webhook that hears when an agent has spent a share of its cap. */
export const putAlerts = defineRoute({
  id: 'mesh.agents.alerts.put',
  method: 'PUT',
  path: '/v1/mesh/agents/:address_id/alerts',
  access: { kind: 'operator', permission: 'budget:write' },
  summary: 'Tell a URL when the agent has spent a share of its caps. One for each agent and URL.',
  axme: false,
  params: z.object({ address_id: z.string().min(1).max(383) }),
  body: z.strictObject({
    /** Of each cap of the agent, percent. */
    threshold_pct: z.number().int().min(1).max(100),
    webhook_url: createWebhook.body.shape.callback_url,
    format: createWebhook.body.shape.format,
    secret: createWebhook.body.shape.secret,
  }),
  response: z.object({
    ...ok,
    agent: Address,
    threshold_pct: z.number().int(),
    /** Caps that tell at this share from now on; `0`: the agent has no cap yet, and is told of nothing. */
    budgets: z.number().int(),
    changed: z.boolean(),
    subscription: WebhookEntry,
    /** Shown this once, where it was made here. */
    secret: z.string().nullable(),
  }),
});

export const alertRoutes = [putAlerts] as const;
