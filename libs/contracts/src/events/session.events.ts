import { z } from 'zod';
import { defineEvent, type FactOf, type Recorded } from '../envelope.js';
import { MicroUnits } from '../money.js';
import { Address, Timestamp } from '../names.js';
import { Namespace } from '../selector.js';
import { Metadata } from './agent.events.js';
import { SessionId } from './budget.events.js';

const DAY_S = 24 * 3600;

/** Where nothing else is said a session may last so long, seconds. */
export const SESSION_SECONDS_DEFAULT = 8 * 3600;
/** Shorter than its stream keeps it, so that no session outlives its own beginning. */
export const SESSION_SECONDS_MAX = 28 * DAY_S;
export const SESSION_ACTIONS_MAX = 1_000_000_000;
/** A session has at most so many sessions above it. */
export const SESSION_DEPTH_MAX = 16;
/** One session takes so many messages. */
export const SESSION_MESSAGES_MAX = 10_000;

/** What a session may take. `null`: no limit of its own. */
export const SessionLimits = z.object({
  /** Seconds from its beginning, by the log's clock. */
  maxDurationS: z.number().int().min(1).max(SESSION_SECONDS_MAX),
  /** Guards and intents that name it. */
  maxActions: z.number().int().min(0).max(SESSION_ACTIONS_MAX).nullable(),
  /** Dollars. */
  maxCostMicro: MicroUnits.nullable(),
});
export type SessionLimits = z.infer<typeof SessionLimits>;

/** A session began: a piece of work of one or several agents of a namespace, with limits of its own. */
export const SessionStarted = defineEvent(
  'SessionStarted',
  z.object({
    sessionId: SessionId,
    namespace: Namespace,
    /** Who began it: an agent, or `agent://org/workspace/{key id}` for an operator. */
    owner: Address,
    sessionType: z.string().max(200).nullable(),
    projectId: z.string().max(200).nullable(),
    parent: SessionId.nullable(),
    /** The parent, the parent's parent, …: whoever kills one of them kills this one. */
    ancestors: z.array(SessionId).max(SESSION_DEPTH_MAX),
    /** Kept and given back, and not acted on. */
    dependsOn: z.array(z.string().max(200)).max(64),
    metadata: Metadata,
    limits: SessionLimits,
    /** The end of its parent, which it does not outlive; `null` without one. */
    notAfter: Timestamp.nullable(),
  }),
);

/** `seq` counts 1, 2, … within the session, its end included. */
export const SessionMessageAdded = defineEvent(
  'SessionMessageAdded',
  z.object({
    sessionId: SessionId,
    seq: z.number().int().positive(),
    messageId: z.uuid(),
    from: Address,
    role: z.string().min(1).max(64),
    content: z.json(),
    contentType: z.string().max(200).nullable(),
  }),
);

/** Whoever names it is refused from now on. */
export const SessionCompleted = defineEvent(
  'SessionCompleted',
  z.object({
    sessionId: SessionId,
    seq: z.number().int().positive(),
    by: Address,
    result: z.json(),
  }),
);

export const sessionEvents = [SessionStarted, SessionMessageAdded, SessionCompleted] as const;
export type SessionFact = FactOf<(typeof sessionEvents)[number]>;
export type SessionEvent = Recorded<SessionFact>;
