import { workspaceOf, type StopOrderId } from '#contracts';
import type { ControlView, StopOrder } from '#domain';
import { ApiProblem, canSee } from '#platform';
import { requireReach, type Operator } from '../control/operator.js';

/** Orders of the caller's own org that are wider than its workspace hold its agents too, so they can be read. */
export const maySeeOrder = (principal: Operator, order: StopOrder): boolean => {
  const workspace = workspaceOf(order.selector);
  return (
    canSee(principal, order.org, workspace) || (workspace === null && principal.org === order.org)
  );
};

/** @throws ApiProblem `not_found`, also for another tenant's order */
export const findOrder = (view: ControlView, principal: Operator, orderId: string): StopOrder => {
  const order = view.order(orderId as StopOrderId);
  if (order !== null && maySeeOrder(principal, order)) return order;
  throw new ApiProblem('not_found', `There is no stop order ${orderId.slice(0, 63)} here.`);
};

/** Like {@link findOrder}, for a change. @throws ApiProblem `forbidden` where the order is wider than the key */
export const findOwnOrder = (
  view: ControlView,
  principal: Operator,
  orderId: string,
): StopOrder => {
  const order = findOrder(view, principal, orderId);
  requireReach(principal, order.org, workspaceOf(order.selector));
  return order;
};

/** Like {@link findOrder}, where the log may know of it and does not answer. @throws ApiProblem `log_unavailable` then */
export const findOrderIn = (
  { view, isCaughtUp }: { readonly view: ControlView; readonly isCaughtUp: boolean },
  principal: Operator,
  orderId: string,
): StopOrder => {
  if (!isCaughtUp && view.order(orderId as StopOrderId) === null) {
    const detail = `The order ${orderId.slice(0, 63)} is not known here, and the control log does not answer. Ask again shortly.`;
    throw new ApiProblem('log_unavailable', detail, { retryAfterSeconds: 1 });
  }
  return findOrder(view, principal, orderId);
};
