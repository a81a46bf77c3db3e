import { z } from 'zod';
import { defineEvent, type FactOf } from '../envelope.js';
import { Currency, MicroUnits } from '../money.js';
import { Address, NamePart, OrgName, Tag, Timestamp } from '../names.js';
import { Namespace } from '../selector.js';
import { Reason } from './stop.events.js';

/** A session's id: a UUID. */
export const SessionId = z.uuid().lowercase().brand<'SessionId'>();
export type SessionId = z.infer<typeof SessionId>;

/** Whose spending a cap limits: of one agent, one session, all that carry a tag, a namespace or an org together. */
export const BudgetScope = z.union([
  z.strictObject({ agent: Address }),
  z.strictObject({ session: SessionId, namespace: Namespace }),
  z.strictObject({ tag: Tag, namespace: Namespace }),
  z.strictObject({ tag: Tag, org: OrgName }),
  z.strictObject({ namespace: Namespace }),
  z.strictObject({ org: OrgName }),
]);
export type BudgetScope = z.infer<typeof BudgetScope>;

/** Hours, days and months of the UTC calendar; `total`: for ever. */
export const BudgetPeriod = z.enum(['hour', 'day', 'month', 'total']);
export type BudgetPeriod = z.infer<typeof BudgetPeriod>;

/** One budget: a scope may have one for each currency and period. */
export const BudgetKey = z.object({ scope: BudgetScope, currency: Currency, per: BudgetPeriod });
export type BudgetKey = z.infer<typeof BudgetKey>;

/** From this event on no more than the cap is spent; a lower cap than what is spent stops all spending. */
export const BudgetSet = defineEvent(
  'BudgetSet',
  BudgetKey.extend({
    org: OrgName,
    capMicro: MicroUnits,
    /** Shares of the cap at which somebody is told, ascending. */
    alertPct: z.array(z.number().int().min(1).max(100)).max(10),
  }),
);

export const BudgetRemoved = defineEvent('BudgetRemoved', BudgetKey.extend({ org: OrgName }));

/** Breaking the glass: more may be spent until then, then the cap holds again. */
export const BudgetToppedUp = defineEvent(
  'BudgetToppedUp',
  BudgetKey.extend({
    org: OrgName,
    topUpId: NamePart,
    amountMicro: MicroUnits,
    until: Timestamp,
    reason: Reason,
  }),
);

export const budgetEvents = [BudgetSet, BudgetRemoved, BudgetToppedUp] as const;
export type BudgetEvent = FactOf<(typeof budgetEvents)[number]>;

/** The session was ended from outside: whoever names it is refused from now on. */
export const SessionKilled = defineEvent(
  'SessionKilled',
  z.object({ sessionId: SessionId, namespace: Namespace, reason: Reason.nullable() }),
);

export const sessionControlEvents = [SessionKilled] as const;
export type SessionControlEvent = FactOf<(typeof sessionControlEvents)[number]>;
