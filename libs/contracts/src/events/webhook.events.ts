import { z } from 'zod';
import { defineEvent, type FactOf } from '../envelope.js';
import { Address, OrgName, WorkspaceName } from '../names.js';

export const SubscriptionId = z.uuid().lowercase().brand<'SubscriptionId'>();
export type SubscriptionId = z.infer<typeof SubscriptionId>;

/** How the body of a delivery looks. */
export const WebhookFormat = z.enum(['standard', 'slack', 'pagerduty']);
export type WebhookFormat = z.infer<typeof WebhookFormat>;

/** A signing secret, encrypted under a key that the log does not hold. */
const SealedSecret = z.string().min(1).max(1000);

/** Somebody wants to be told. A subscription of the same id replaces the one before. */
export const WebhookSubscribed = defineEvent(
  'WebhookSubscribed',
  z.object({
    subscriptionId: SubscriptionId,
    org: OrgName,
    /** `null`: of the whole org. */
    workspace: WorkspaceName.nullable(),
    /** Only what concerns this agent; `null`: everybody. */
    about: Address.nullable(),
    ownerNote: z.string().max(383).nullable(),
    callbackUrl: z.url().max(2000),
    /** Exact names, or with `*` for the rest: `stop.*`. */
    eventTypes: z.array(z.string().min(1).max(100)).min(1).max(100),
    format: WebhookFormat,
    active: z.boolean(),
    description: z.string().max(2000).nullable(),
    /** The newest first; more than one while rotating. */
    secrets: z.array(SealedSecret).min(1).max(3),
    /** The last four characters of the newest. */
    secretHint: z.string().max(16),
  }),
);

export const WebhookRevoked = defineEvent(
  'WebhookRevoked',
  z.object({
    subscriptionId: SubscriptionId,
    org: OrgName,
    /** `gone`: the receiver answered 410. */
    cause: z.enum(['operator', 'gone']),
  }),
);

export const webhookEvents = [WebhookSubscribed, WebhookRevoked] as const;
export type WebhookEvent = FactOf<(typeof webhookEvents)[number]>;
