import { z } from 'zod';
import { defineEvent, type FactOf, type Recorded } from '../envelope.js';
import {
  Address,
  GatewayId,
  IntentId,
  QueueAddress,
  RegionName,
  StopOrderId,
  Timestamp,
} from '../names.js';

/** `name.name.v1`: what kind of work an intent asks for. */
export const IntentType = z
  .string()
  .max(200)
  .regex(/^[a-z0-9_]+(\.[a-z0-9_]+)+\.v[0-9]+$/, 'must look like email.send.v1');

export const JsonObject = z.record(z.string(), z.json());
export type JsonObject = z.infer<typeof JsonObject>;

/** The item of work: exactly one a subject, written once, never changed. */
export const IntentSubmitted = defineEvent(
  'IntentSubmitted',
  z.object({
    intentId: IntentId,
    intentType: IntentType,
    correlationId: z.string(),
    from: Address,
    to: z.union([Address, QueueAddress]),
    payload: JsonObject,
    replyTo: z.string().nullable(),
    deadlineAt: Timestamp.nullable(),
    maxDeliveryAttempts: z.number().int().min(1).max(100),
    /** Fields of AXME's wire that are kept and given back, and not acted on. */
    kept: JsonObject,
  }),
);

/** Given to an instance of the agent. Visible to no other until `visibleUntil`. */
export const IntentDelivered = defineEvent(
  'IntentDelivered',
  z.object({
    attempt: z.number().int().positive(),
    /** The agent that took it; for a queue one of several. */
    agent: Address,
    region: RegionName,
    gateway: GatewayId,
    /** Counts the deliveries to this agent. */
    deliverySeq: z.number().int().positive(),
    visibleUntil: Timestamp,
    /** How any gateway tells the queue that the work is done, or still in hand. */
    workToken: z.string(),
  }),
);

/** Taken back unanswered, to be delivered again; a return for a stop costs no attempt. */
export const IntentReturned = defineEvent(
  'IntentReturned',
  z.object({ cause: z.enum(['stopped', 'undelivered']), orderId: StopOrderId.nullable() }),
);

export const IntentProgressed = defineEvent(
  'IntentProgressed',
  z.object({ status: z.enum(['ACKNOWLEDGED', 'IN_PROGRESS', 'WAITING']), details: JsonObject }),
);

/** Durable progress: the next delivery carries it. */
export const IntentCheckpointed = defineEvent('IntentCheckpointed', z.object({ data: z.json() }));

export const IntentControlled = defineEvent(
  'IntentControlled',
  z.object({
    kind: z.enum(['controls', 'policy']),
    controlsPatch: JsonObject.nullable(),
    grantsPatch: JsonObject.nullable(),
    envelopePatch: JsonObject.nullable(),
    generation: z.number().int().positive(),
  }),
);

export const IntentCompleted = defineEvent('IntentCompleted', z.object({ result: JsonObject }));
export const IntentFailed = defineEvent(
  'IntentFailed',
  z.object({ code: z.string().max(100), error: JsonObject }),
);
export const IntentCanceled = defineEvent(
  'IntentCanceled',
  z.object({ reason: z.string().max(2000).nullable() }),
);
export const IntentTimedOut = defineEvent('IntentTimedOut', z.object({ deadlineAt: Timestamp }));

/** On the owner's inbox subject, in one batch with the end it tells of. */
export const CompletionSent = defineEvent(
  'CompletionSent',
  z.object({
    intentId: IntentId,
    owner: Address,
    from: z.string(),
    to: z.string(),
    status: z.enum(['COMPLETED', 'FAILED', 'CANCELED', 'TIMED_OUT']),
    submittedAt: Timestamp,
    details: JsonObject,
  }),
);

/** On the deadline subject: wake up then. */
export const DeadlineSet = defineEvent(
  'DeadlineSet',
  z.object({ intentId: IntentId, deadlineAt: Timestamp }),
);

/** On the retire subject: the intent ended, and may be forgotten then. */
export const RetirementDue = defineEvent(
  'RetirementDue',
  z.object({ intentId: IntentId, retireAt: Timestamp }),
);

export const intentEvents = [
  IntentSubmitted,
  IntentDelivered,
  IntentReturned,
  IntentProgressed,
  IntentCheckpointed,
  IntentControlled,
  IntentCompleted,
  IntentFailed,
  IntentCanceled,
  IntentTimedOut,
] as const;

export const workEvents = [...intentEvents, CompletionSent, DeadlineSet, RetirementDue] as const;

export type IntentFact = FactOf<(typeof intentEvents)[number]>;
export type IntentEvent = Recorded<IntentFact>;
export type WorkFact = FactOf<(typeof workEvents)[number]>;
export type WorkEvent = Recorded<WorkFact>;
