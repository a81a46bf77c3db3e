import { z } from 'zod';
import { defineEvent, type FactOf, type Recorded } from '../envelope.js';
import { Currency, MICRO_MAX, MicroUnits } from '../money.js';
import { Address, GatewayId, OrgName, Timestamp } from '../names.js';
import { BudgetKey, BudgetPeriod, SessionId } from './budget.events.js';

/** One payment that was allowed before it was made. */
export const AuthorizationId = z
  .string()
  .regex(/^auth_[a-z2-7]{20}$/, 'must be "auth_" and 20 characters of a-z and 2-7')
  .brand<'AuthorizationId'>();
export type AuthorizationId = z.infer<typeof AuthorizationId>;

/** One request to end an authorization: repeated, it gets the same answer. */
const Request = z.string().min(1).max(63);

const Milliseconds = z.number().int().nonnegative();
/** The beginning of an hour, a day or a month of the UTC calendar; `0` for `total`. */
const PeriodStart = Milliseconds;

/**
 * Who says it, and which of its sayings about this budget it is. A gateway counts them with `n` from 1, each used once. What
 * it said with an `n` below `floor`, and that is not in the ledger by now, it gave up: should it come later, it is void.
 */
const Saying = z.object({
  gateway: GatewayId,
  boot: z.number().int().positive(),
  n: z.number().int().positive(),
  floor: z.number().int().positive(),
});

/** The ledger takes over what the control log decided; the highest version counts. */
export const CapTaken = defineEvent(
  'CapTaken',
  BudgetKey.extend({
    org: OrgName,
    /** The place of the decision in the log that holds it. */
    version: z.number().int().positive(),
    capMicro: MicroUnits,
    alertPct: z.array(z.number().int().min(1).max(100)).max(10),
    topUps: z.array(z.object({ amountMicro: MicroUnits, untilMs: Milliseconds })).max(100),
  }),
);

/** A gateway wants something to spend from. Whoever reads it knows what it got: the fold decides at this place of the log. */
export const AllotmentAsked = defineEvent(
  'AllotmentAsked',
  Saying.extend({
    /** With less than this it can do nothing. */
    neededMicro: MicroUnits,
    wantedMicro: MicroUnits,
  }),
);

const Sum = z
  .number()
  .int()
  .min(0)
  .max(4 * MICRO_MAX);

/** What a gateway spent, and what it gives back, of what it was granted in a period, since it last stated it. */
export const Stated = defineEvent(
  'Stated',
  Saying.extend({ period: PeriodStart, settledMicro: Sum, returnedMicro: Sum }),
);

/** Moves an amount from what the gateway was granted in a period to the open authorizations. */
export const Authorized = defineEvent(
  'Authorized',
  Saying.extend({
    period: PeriodStart,
    authorizationId: AuthorizationId,
    amountMicro: MicroUnits,
    /** By the log's own time; then the amount is free again. */
    expiresAtMs: Milliseconds,
  }),
);

/** The payment was made, of this amount; the rest of the authorization is free again. */
export const Captured = defineEvent(
  'Captured',
  z.object({ authorizationId: AuthorizationId, amountMicro: MicroUnits, request: Request }),
);

/** The payment will not be made. */
export const Released = defineEvent(
  'Released',
  z.object({ authorizationId: AuthorizationId, request: Request }),
);

/** What the payment is for. */
export const Payment = z.object({
  reference: z.string().max(200).nullable(),
  /** An x402 challenge's own words: network, asset, receiver, resource. */
  x402: z
    .object({
      network: z.string().max(100),
      asset: z.string().max(200),
      payTo: z.string().max(200),
      resource: z.string().max(2000).nullable(),
    })
    .nullable(),
});
export type Payment = z.infer<typeof Payment>;

/** On a subject of its own: which budgets an authorization counts in, and whose it is. */
export const AuthorizationOpened = defineEvent(
  'AuthorizationOpened',
  z.object({
    authorizationId: AuthorizationId,
    address: Address,
    amountMicro: MicroUnits,
    currency: Currency,
    budgets: z.array(BudgetKey).min(1).max(200),
    sessionId: SessionId.nullable(),
    payment: Payment,
    expiresAt: Timestamp,
  }),
);

const Held = z.object({
  gateway: GatewayId,
  boot: z.number().int().positive(),
  /** Granted, and neither stated nor moved yet. */
  holdingMicro: Sum,
  settledMicro: Sum,
});

const Book = z.object({
  startMs: Milliseconds,
  /** `null`: never ends. */
  endMs: Milliseconds.nullable(),
  accounts: z.array(Held),
  /** Of boots that were forgotten: what they held counts as spent. */
  buriedMicro: Sum,
  capturedMicro: Sum,
  openMicro: Sum,
});

/** What everybody's fold of one budget's events holds at one place of the log: read this, then what comes after it. */
export const BalanceStruck = defineEvent(
  'BalanceStruck',
  z.object({
    position: z.number().int().positive(),
    logTimeMs: Milliseconds,
    per: BudgetPeriod,
    /** Events since the first. */
    count: z.number().int().positive(),
    cap: CapTaken.data.nullable(),
    current: Book.nullable(),
    previous: Book.nullable(),
    sayings: z.array(
      z.object({
        gateway: GatewayId,
        boot: z.number().int().positive(),
        floor: z.number().int().positive(),
        /** The last in which it said anything. */
        period: PeriodStart,
        seen: z.array(z.number().int().positive()),
      }),
    ),
    authorizations: z.array(
      z.object({
        id: AuthorizationId,
        amount: MicroUnits,
        period: PeriodStart,
        expiresAtMs: Milliseconds,
        /** `null`: open. */
        end: z.enum(['captured', 'released', 'expired']).nullable(),
        captured: MicroUnits,
        request: Request.nullable(),
      }),
    ),
  }),
);
export type LedgerBalance = z.infer<(typeof BalanceStruck)['data']>;

/** What stands on a budget's own subject. */
export const budgetLedgerEvents = [
  CapTaken,
  AllotmentAsked,
  Stated,
  Authorized,
  Captured,
  Released,
] as const;
/** Everything the stream LEDGER can hold. */
export const ledgerEvents = [...budgetLedgerEvents, AuthorizationOpened, BalanceStruck] as const;

export type BudgetLedgerFact = FactOf<(typeof budgetLedgerEvents)[number]>;
export type LedgerFact = FactOf<(typeof ledgerEvents)[number]>;
export type LedgerEvent = Recorded<LedgerFact>;
