import { z } from 'zod';
import { Reason } from '../events/stop.events.js';
import { Address, AddressId, StopOrderId, Timestamp } from '../names.js';
import { Selector } from '../selector.js';
import { NamedActor, OrderRecord } from './order-record.js';
import { nextCursor, ok, paging } from './paging.js';
import { BreachView } from './policy-wire.js';
import { defineRoute } from './route.js';
import {
  AgentMark,
  OrderReport,
  SelectorInput,
  StopDetails,
  StopModeInput,
  Waiting,
} from './stop-wire.js';

/** Anything that is not the id of an order of one's own is unknown, however it is spelt. */
const order = z.object({ order_id: z.string().min(1).max(63) });

const PlanHash = z.string().regex(/^plan_[0-9a-f]{64}$/, 'must be the plan of a dry run');

export const OrderStopBody = z.strictObject({
  mode: StopModeInput,
  selector: SelectorInput,
  ...StopDetails,
  /** Answers what it would hit, and orders nothing. */
  dry_run: z.boolean().default(false),
  /** From a dry run: the stop runs only if it still hits the same agents. */
  plan: PlanHash.optional(),
});

/** What a stop would hit, asked before it is ordered. */
export const StopPlan = z.object({
  ...ok,
  dry_run: z.literal(true),
  plan: PlanHash,
  mode: z.string(),
  selector: Selector,
  /** All agents that the selector covers now; later ones are born stopped. */
  matched: z.number().int(),
  /** Of those, agents that no order holds yet. */
  newly_stopped: z.number().int(),
  /** The first 1000 of them, by address. */
  agents: z.array(
    z.object({ address_id: AddressId, address: Address, stopped_already: z.boolean() }),
  ),
});
export type StopPlan = z.infer<typeof StopPlan>;

export const orderStop = defineRoute({
  id: 'stops.order',
  method: 'POST',
  path: '/v1/mesh/stops',
  access: { kind: 'operator', permission: 'stop:order' },
  summary: 'Order a stop. 200 when the wait was met, else 202; never more is said than is known.',
  axme: false,
  body: OrderStopBody,
  response: z.union([OrderReport.extend(ok), StopPlan]),
});

export const listStops = defineRoute({
  id: 'stops.list',
  method: 'GET',
  path: '/v1/mesh/stops',
  access: { kind: 'operator', permission: 'mesh:read' },
  summary: 'Stop orders, newest first: standing ones, lifted ones, or all.',
  axme: false,
  query: z.object({
    ...paging,
    state: z.enum(['standing', 'lifted', 'all']).default('all'),
    mode: StopModeInput.optional(),
  }),
  response: z.object({ ...ok, orders: z.array(OrderReport), ...nextCursor }),
});

export const getStop = defineRoute({
  id: 'stops.get',
  method: 'GET',
  path: '/v1/mesh/stops/:order_id',
  access: { kind: 'operator', permission: 'mesh:read' },
  summary: 'One stop order: what each gateway said about it, let out before it and refused since.',
  axme: false,
  params: order,
  response: OrderReport.extend({
    ...ok,
    actor: NamedActor,
    /** From the logs, by way of the read model; `null` while that cannot be read. */
    record: OrderRecord.nullable(),
    /** What led a policy to order it; `null`: no policy did, or the log cannot be read now. */
    breach: BreachView.nullable(),
  }),
});

export const amendStop = defineRoute({
  id: 'stops.amend',
  method: 'PATCH',
  path: '/v1/mesh/stops/:order_id',
  access: { kind: 'operator', permission: 'stop:order' },
  summary: 'Write or mend the reason of a stop after the fact.',
  axme: false,
  params: order,
  body: z.strictObject({ reason: Reason }),
  response: OrderReport.extend(ok),
});

/** 202: a wide stop of an org that asks for two people. Everything it held stays stopped. */
export const NeedsSecond = z.object({
  ...ok,
  state: z.literal('needs_second'),
  order_id: StopOrderId,
  /** Whoever holds this key cannot be the one to confirm. */
  requested_by: NamedActor,
  requested_at: Timestamp,
  reason: z.string().nullable(),
  /** Until then another person's same call lifts the order. */
  expires_at: Timestamp,
  /** `false`: the same person asked before, and nothing was recorded. */
  changed: z.boolean(),
});
export type NeedsSecond = z.infer<typeof NeedsSecond>;

export const LiftReport = OrderReport.extend({
  ...ok,
  /** Agents that another order still holds: the first 100. */
  still_held: z.array(AgentMark),
});
export type LiftReport = z.infer<typeof LiftReport>;

export const liftStop = defineRoute({
  id: 'stops.lift',
  method: 'POST',
  path: '/v1/mesh/stops/:order_id/lift',
  access: { kind: 'operator', permission: 'stop:lift' },
  summary:
    'Lift one stop order; 202 where it needs a second person. What another order holds stays stopped.',
  axme: false,
  params: order,
  body: z.strictObject({ reason: Reason.nullish(), ...Waiting }),
  response: z.union([LiftReport, NeedsSecond]),
});

export const stopRoutes = [orderStop, listStops, getStop, amendStop, liftStop] as const;
