import { touches, type Attempt, type Claim, type History, type OrderStory } from '../history.js';

/** The orders that cover an attempt's sender or receiver, found quickly. */
export const ordersOver = ({ orders }: History): ((attempt: Attempt) => readonly OrderStory[]) => {
  const byAgent = new Map<string, OrderStory[]>();
  for (const order of orders) {
    for (const agent of order.agents) byAgent.set(agent, [...(byAgent.get(agent) ?? []), order]);
  }
  const none: readonly OrderStory[] = [];
  return ({ from, to }) => {
    const sender = byAgent.get(from) ?? none;
    if (to === null || to === from) return sender;
    return [...sender, ...(byAgent.get(to) ?? none).filter((it) => !sender.includes(it))];
  };
};

/** The whole attempt lies before anybody tried to lift the order. */
export const beforeLift = ({ liftSentMs }: OrderStory, { endMs }: Attempt): boolean =>
  liftSentMs === null || endMs < liftSentMs;

export const firstClaim = (
  { claims }: OrderStory,
  holds: (claim: Claim) => boolean,
): Claim | undefined => claims.find(holds);

/** Whether a node answered while it was away, coming back or not ready: a gateway's answer may be any node's. */
export const isUnready = ({ troubles, gateways }: History, { by, sentMs, atMs }: Claim): boolean =>
  troubles.some(
    ({ nodes, fromMs, toMs }) =>
      fromMs <= atMs &&
      toMs >= sentMs &&
      (gateways.includes(by) ? nodes.length > 0 : nodes.includes(by)),
  );

export { touches };
