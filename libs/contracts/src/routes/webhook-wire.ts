import { z } from 'zod';
import { SubscriptionId, WebhookFormat } from '../events/webhook.events.js';
import { Address, OrgName, Timestamp, WorkspaceName } from '../names.js';
import { DeliveryOutcome } from '../notice.js';

const EVENTS_MAX = 100;

/** Of a subscription: an exact name, a group such as `stop.*`, or `*` for everything. */
export const EventPattern = z
  .string()
  .max(100)
  .regex(
    /^(?:\*|[a-z0-9_]+(?:\.[a-z0-9_]+)*(?:\.\*)?)$/,
    'must be an event such as stop.ordered, a group such as stop.*, or *',
  );

export const CallbackUrl = z
  .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
  .max(2000)
  .refine((text) => {
    const url = URL.parse(text);
    return url === null || (url.username === '' && url.password === '');
  }, 'must not hold a user or a password: the signature says who calls');

const WHSEC = /^whsec_[A-Za-z0-9+/]{32,86}={0,2}$/;
export const WebhookSecret = z
  .string()
  .min(16)
  .max(200)
  .refine(
    (text) => !text.startsWith('whsec_') || WHSEC.test(text),
    'must be whsec_ and 24 to 64 bytes in base64, or any text of at least 16 characters',
  );

export const EventTypes = z
  .array(EventPattern)
  .min(1)
  .max(EVENTS_MAX)
  .transform((types) => [...new Set(types)]);

/** A subscription without its secret. */
export const WebhookEntry = z.object({
  subscription_id: SubscriptionId,
  /** As it was given; a note. */
  owner_agent: z.string().nullable(),
  callback_url: z.string(),
  event_types: z.array(z.string()),
  active: z.boolean(),
  description: z.string().nullable(),
  created_at: Timestamp,
  updated_at: Timestamp,
  revoked_at: Timestamp.nullable(),
  /** The last four characters of the newest secret. */
  secret_hint: z.string(),
  /** How many secrets sign each delivery: two while one is being changed. */
  signing_secrets: z.number().int(),
  org_id: OrgName,
  /** `null`: it hears of the whole org. */
  workspace_id: WorkspaceName.nullable(),
  /** Only what concerns this agent; `null`: everybody. */
  agent: Address.nullable(),
  format: WebhookFormat,
});
export type WebhookEntry = z.infer<typeof WebhookEntry>;

/** One notice, and what came of it so far. */
export const DeliveryEntry = z.object({
  /** The `webhook-id` of each try. */
  delivery_id: z.string(),
  event_id: z.string(),
  event_type: z.string(),
  /** `pending`: not tried yet, or to be tried again. */
  status: z.enum(['pending', ...DeliveryOutcome.exclude(['failed']).options]),
  created_at: Timestamp,
  next_attempt_at: Timestamp.nullable(),
  attempts: z.array(
    z.object({
      attempt: z.number().int(),
      at: Timestamp,
      outcome: DeliveryOutcome,
      status: z.number().int().nullable(),
      problem: z.string().nullable(),
      took_ms: z.number(),
    }),
  ),
});
export type DeliveryEntry = z.infer<typeof DeliveryEntry>;
