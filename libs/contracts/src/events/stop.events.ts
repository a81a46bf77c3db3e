import { z } from 'zod';
import { Actor, defineEvent, type FactOf } from '../envelope.js';
import { StopOrderId, Timestamp } from '../names.js';
import { Selector } from '../selector.js';

/** What a stop does to the agents it covers; the table is in docs/api.md. */
export const StopMode = z.enum(['halt', 'pause', 'quarantine', 'drain']);
export type StopMode = z.infer<typeof StopMode>;

export const Reason = z.string().trim().min(1).max(2000);

/** A stop stands from now on, for every agent its selector covers, also those registered later. */
export const StopOrdered = defineEvent(
  'StopOrdered',
  z.object({
    orderId: StopOrderId,
    mode: StopMode,
    selector: Selector,
    reason: Reason.nullable(),
    /** A time-boxed stop: lifted through the log after this time, never by a gateway's own clock. */
    expiresAt: Timestamp.nullable(),
    /** Drain only: from here on the order acts as a halt, by itself, at every gateway. */
    drainUntil: Timestamp.nullable(),
  }),
);

/** Somebody ordered what already stands. Changes nothing; the audit shows who else pulled the cord. */
export const StopRepeated = defineEvent(
  'StopRepeated',
  z.object({ orderId: StopOrderId, reason: Reason.nullable() }),
);

/** The reason was written or mended later: at 3 a.m. the stop comes first. */
export const StopReasonGiven = defineEvent(
  'StopReasonGiven',
  z.object({ orderId: StopOrderId, reason: Reason }),
);

/** One person asked for the lift of a wide stop; until `expiresAt` another one's lift goes through. Changes no verdict. */
export const StopLiftRequested = defineEvent(
  'StopLiftRequested',
  z.object({
    orderId: StopOrderId,
    /** Who may not be the one to confirm. */
    by: Actor,
    reason: Reason.nullable(),
    expiresAt: Timestamp,
  }),
);

/** The stop no longer stands. An order is lifted once; a later stop is another order. */
export const StopLifted = defineEvent(
  'StopLifted',
  z.object({
    orderId: StopOrderId,
    reason: Reason.nullable(),
    cause: z.enum(['operator', 'expiry']),
  }),
);

export const stopEvents = [
  StopOrdered,
  StopRepeated,
  StopReasonGiven,
  StopLiftRequested,
  StopLifted,
] as const;
export type StopEvent = FactOf<(typeof stopEvents)[number]>;
