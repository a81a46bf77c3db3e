import { z } from 'zod';
import { SessionId } from '../events/budget.events.js';
import { AuthorizationId } from '../events/ledger.events.js';
import { Amount, Currency } from '../money.js';
import { Timestamp } from '../names.js';
import { defineRoute } from './route.js';

const ok = { ok: z.literal(true) };
const WEEK_S = 604_800;

/** What an x402 server asks for, in version 1 or 2 of the protocol; what is not needed here may be there and is ignored. */
export const X402Requirements = z.object({
  scheme: z.string().min(1).max(63),
  network: z.string().min(1).max(100),
  /** Version 2: in the smallest units of the asset. */
  amount: z
    .string()
    .regex(/^\d{1,30}$/, 'must be a whole number as text')
    .optional(),
  /** Version 1. */
  maxAmountRequired: z
    .string()
    .regex(/^\d{1,30}$/, 'must be a whole number as text')
    .optional(),
  asset: z.string().min(1).max(200),
  payTo: z.string().min(1).max(200),
  resource: z.string().max(2000).nullish(),
});
export type X402Requirements = z.infer<typeof X402Requirements>;

/** An agent's authorization, as its answers show it. */
const AuthorizationView = z.object({
  ...ok,
  authorization_id: AuthorizationId,
  status: z.enum(['authorized', 'captured', 'released']),
  amount: z.string(),
  currency: Currency,
});

export const authorizeSpending = defineRoute({
  id: 'budget.authorize',
  method: 'POST',
  path: '/v1/budget/authorize',
  access: { kind: 'gate', operators: null },
  summary:
    'May this agent pay this much? The amount is set aside under every cap that covers it, until it is captured or released.',
  axme: false,
  body: z.strictObject({
    /** For example `"0.37"`. */
    amount: Amount.nullish(),
    currency: Currency.nullish(),
    reference: z.string().min(1).max(200).nullish(),
    session_id: SessionId.nullish(),
    /** Seconds; then the amount is free again. @default 3600 */
    expires_in: z.number().int().min(1).max(WEEK_S).nullish(),
    /** The requirements of an x402 server that were chosen, in place of amount and currency. */
    challenge: X402Requirements.nullish(),
  }),
  response: AuthorizationView.extend({
    expires_at: Timestamp,
    reference: z.string().nullable(),
    /** Caps of which more than the share is used at which somebody is told. */
    warnings: z.array(z.string()),
  }),
});

export const captureSpending = defineRoute({
  id: 'budget.capture',
  method: 'POST',
  path: '/v1/budget/capture',
  access: { kind: 'gate', operators: null },
  summary: 'The payment was made, of this amount or of all; the rest is free again. Once.',
  axme: false,
  body: z.strictObject({ authorization_id: AuthorizationId, amount: Amount.nullish() }),
  response: AuthorizationView,
});

export const releaseSpending = defineRoute({
  id: 'budget.release',
  method: 'POST',
  path: '/v1/budget/release',
  access: { kind: 'gate', operators: null },
  summary: 'The payment will not be made: all of the amount is free again.',
  axme: false,
  body: z.strictObject({ authorization_id: AuthorizationId }),
  response: AuthorizationView,
});

/** A cap that an act ran into, or comes near to. */
export const CapMark = z.object({
  scope: z.string(),
  currency: Currency,
  per: z.string(),
  cap: z.string(),
  spent: z.string(),
  reserved: z.string(),
  allotted: z.string(),
  remaining: z.string(),
  /** `null`: never. */
  resets_at: Timestamp.nullable(),
});
export type CapMark = z.infer<typeof CapMark>;

export const budgetRoutes = [authorizeSpending, captureSpending, releaseSpending] as const;
