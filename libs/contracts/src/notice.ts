import { z } from 'zod';
import { defineEvent, type FactOf, type Recorded } from './envelope.js';
import { SubscriptionId } from './events/webhook.events.js';
import { Address, OrgName, Timestamp, WorkspaceName } from './names.js';

/** One notice for one subscription; also the `webhook-id` of every try to deliver it. A hash: the same fact makes the same. */
export const NoticeId = z.uuid().lowercase().brand<'NoticeId'>();
export type NoticeId = z.infer<typeof NoticeId>;

/** Full-stop delimited words: `stop.ordered`, `inbox.thread_created`. */
export const NoticeType = z
  .string()
  .max(100)
  .regex(
    /^[a-z0-9_]+(?:\.[a-z0-9_]+)+$/,
    'must be words of a-z, 0-9 and _ with full stops between, for example stop.ordered',
  );

/** What is told. */
export const Told = z.object({
  /** Of the fact: several notices tell one. */
  eventId: z.string().min(1).max(200),
  type: NoticeType,
  /** When it happened. */
  at: Timestamp,
  org: OrgName.nullable(),
  workspace: WorkspaceName.nullable(),
  /** The agent that it concerns; `null`: none, or many. */
  about: Address.nullable(),
  /** One line for people. */
  says: z.string().max(1000),
  data: z.record(z.string(), z.json()),
});
export type Told = z.infer<typeof Told>;

/** An item of work: this subscription is to be told this. On the same subject again, it is to be told once more. */
export const NoticeDue = defineEvent(
  'NoticeDue',
  z.object({
    noticeId: NoticeId,
    org: OrgName,
    subscriptionId: SubscriptionId,
    told: Told,
    /** `true`: somebody asked for it to be delivered again. */
    replayed: z.boolean(),
  }),
);

export const DeliveryOutcome = z.enum([
  'delivered',
  /** To be tried again at `nextAt`. */
  'failed',
  /** Tried for the last time; a replay brings it up again. */
  'given_up',
  /** The subscription ended, or the receiver answered 410. */
  'dropped',
]);
export type DeliveryOutcome = z.infer<typeof DeliveryOutcome>;

/** What came of one try. */
export const DeliveryTried = defineEvent(
  'DeliveryTried',
  z.object({
    noticeId: NoticeId,
    org: OrgName,
    subscriptionId: SubscriptionId,
    type: NoticeType,
    /** From 1, for each item anew. */
    attempt: z.number().int().positive(),
    outcome: DeliveryOutcome,
    /** The receiver's HTTP status; `null`: it did not answer. */
    status: z.number().int().nullable(),
    problem: z.string().max(500).nullable(),
    tookMs: z.number().nonnegative(),
    nextAt: Timestamp.nullable(),
  }),
);

export const noticeEvents = [NoticeDue, DeliveryTried] as const;
export type NoticeFact = FactOf<(typeof noticeEvents)[number]>;
export type NoticeEvent = Recorded<NoticeFact>;

/** Any command API asks the notifier this on `live.notifier`, as JSON. */
export const NotifierRequest = z.discriminatedUnion('op', [
  /** Everybody in the org who wants to hear of such an event is told. With a subscription, that one alone. */
  z.strictObject({
    op: z.literal('tell'),
    /** `null`: of the mesh itself. */
    org: OrgName.nullable(),
    told: Told,
    subscriptionId: SubscriptionId.nullable(),
  }),
  /** What was told of an event is delivered again: to one subscription, or to all that had it. */
  z.strictObject({
    op: z.literal('replay'),
    org: OrgName,
    workspace: WorkspaceName.nullable(),
    eventId: z.string().min(1).max(200),
    subscriptionId: SubscriptionId.nullable(),
  }),
]);
export type NotifierRequest = z.infer<typeof NotifierRequest>;

export const NotifierAnswer = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), queued: z.number().int(), told: Told.nullable() }),
  z.object({
    ok: z.literal(false),
    code: z.enum(['invalid_request', 'not_found', 'unavailable']),
    message: z.string(),
  }),
]);
export type NotifierAnswer = z.infer<typeof NotifierAnswer>;

/** The notifier says on `live.gone`: the receiver of this subscription answered 410. */
export const GoneRequest = z.strictObject({ org: OrgName, subscriptionId: SubscriptionId });
export type GoneRequest = z.infer<typeof GoneRequest>;
export const GoneAnswer = z.object({ ok: z.boolean() });
