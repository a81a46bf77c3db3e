import type { HoldingOrder, OrderReport, OrderState } from '#contracts';
import { formatSelector } from '#contracts';
import { byAge, severity, type StopOrder } from '#domain';
import { toTimestamp } from '#platform';
import type { GatewaysAnswer } from '../control/wait-for-gateways.js';

/** An order and what the gateways said about it. It never says more than is known: `contained` is not known yet. */
export const orderReport = (
  order: StopOrder,
  answer: GatewaysAnswer,
  changed: boolean,
): OrderReport => ({
  order_id: order.orderId,
  state: stateOf(order, answer),
  mode: order.mode,
  selector: order.selector,
  reason: order.reason,
  actor: order.actor,
  ordered_at: order.orderedAt,
  expires_at: order.expiresAt,
  drain_until: order.drainUntilMs === null ? null : toTimestamp(order.drainUntilMs),
  lifted: order.lift && {
    at: order.lift.at,
    actor: order.lift.actor,
    reason: order.lift.reason,
    cause: order.lift.cause,
  },
  lift_request: order.liftRequest && {
    requested_by: order.liftRequest.by,
    requested_at: order.liftRequest.at,
    reason: order.liftRequest.reason,
    expires_at: order.liftRequest.expiresAt,
  },
  sequence: order.sequence,
  changed,
  effective: answer.effective,
  committed: order.sequence !== null,
  contained: false,
  contained_after_ms: null,
  gateways: [...answer.gateways],
});

/** Everywhere: every member has applied it. A stop that no gateway heard of is never called effective. */
export const isEverywhere = ({ effective: { acked, of } }: GatewaysAnswer): boolean =>
  of > 0 && acked === of;

const stateOf = (order: StopOrder, answer: GatewaysAnswer): OrderState => {
  if (order.lift !== null) return 'lifted';
  return isEverywhere(answer) ? 'effective' : 'committed';
};

/** An order as `why` lists it. */
export const holdingOrder = (order: StopOrder): HoldingOrder => ({
  order_id: order.orderId,
  mode: order.mode,
  selector: order.selector,
  scope: formatSelector(order.selector),
  since: order.orderedAt,
  reason: order.reason,
  actor: order.actor,
  expires_at: order.expiresAt,
});

/** Of two equally strict ones the older. */
export const strictestFirst = (orders: readonly StopOrder[]): StopOrder[] =>
  [...orders].sort((a, b) => severity[b.mode] - severity[a.mode] || byAge(a, b));
