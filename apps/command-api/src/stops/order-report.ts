import { formatSelector, type HoldingOrder, type OrderReport } from '#contracts';
import { byAge, severity, type StopOrder } from '#domain';
import { toTimestamp } from '#platform';
import type { Control } from '../control/control.js';
import { gatewaysNow, type GatewaysAnswer } from '../control/wait-for-gateways.js';
import { progressOf, type Progress } from './standing-answer.js';

/** An order and how far it has come. It never says more than is proven. */
export const orderReport = (
  order: StopOrder,
  progress: Progress,
  changed: boolean,
): OrderReport => ({
  order_id: order.orderId,
  state: progress.state,
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
  sequence: progress.committed ? order.sequence : null,
  changed,
  effective: progress.effective,
  committed: progress.committed,
  contained: progress.contained,
  contained_after_ms: progress.containedAfterMs,
  gateways: [...progress.gateways],
});

/** A lifted order: nothing is contained any more, and the gateways are told by how far they have read. */
export const liftedProgress = (order: StopOrder, answer: GatewaysAnswer): Progress => ({
  ...answer,
  state: order.lift === null ? 'committed' : 'lifted',
  committed: order.sequence !== null,
  contained: false,
  containedAfterMs: null,
});

/** The order and how far it has come by now, without waiting. */
export const reportNow = (control: Control, order: StopOrder, changed: boolean): OrderReport => {
  const { node, regions } = control.parts;
  if (order.lift === null) {
    const standing = node.standing(order.orderId);
    return orderReport(order, progressOf(order, standing, regions), changed);
  }
  const effect = { sequence: order.lift.sequence, order };
  const answer = gatewaysNow(control, { effect, sinceMs: null });
  return orderReport(order, liftedProgress(order, answer), changed);
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
