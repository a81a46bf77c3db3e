import { isAdmitted, isStopped, type Attempt, type History, type OrderStory } from '../history.js';
import type { Finding, Violation } from '../finding.js';
import { beforeLift, ordersOver } from './coverage.js';

/** By order and gateway. One id may stand for two stories: after a log was rolled back it stands again. */
type Known = Map<OrderStory, Map<string, number>>;

const storiesById = ({ orders }: History): Map<string, OrderStory[]> => {
  const stories = new Map<string, OrderStory[]>();
  for (const order of orders) {
    const { orderId } = order;
    if (orderId !== null) stories.set(orderId, [...(stories.get(orderId) ?? []), order]);
  }
  return stories;
};

/** Since when each gateway has let show that it has an order: by a receipt that a node told of, or by a refusal. */
const knownSince = (history: History): Known => {
  const { orders, attempts } = history;
  const known: Known = new Map(orders.map((order) => [order, new Map<string, number>()]));
  const stories = storiesById(history);
  const learn = (order: OrderStory, gateway: string, atMs: number): void => {
    const at = known.get(order);
    if (atMs >= order.sentMs) at?.set(gateway, Math.min(atMs, at.get(gateway) ?? Infinity));
  };
  for (const order of orders) {
    for (const { acked, atMs } of order.claims) for (const name of acked) learn(order, name, atMs);
  }
  for (const { orderId, gateway, endMs } of attempts.filter(isStopped)) {
    for (const order of stories.get(orderId ?? '') ?? []) learn(order, gateway, endMs);
  }
  return known;
};

const forgotten = (attempt: Attempt, order: OrderStory, sinceMs: number): Violation => ({
  invariant: 'I3',
  atMs: attempt.sentMs,
  gateway: attempt.gateway,
  orderId: order.orderId,
  text:
    `${attempt.gateway} admitted the ${attempt.kind} of ${attempt.from} ` +
    `${(attempt.sentMs - sinceMs).toFixed(1)} ms after it had ${order.orderId} (${order.selector}), which nobody lifted`,
});

const liftedByNobody = ({ log, orders }: History): Violation[] =>
  (log ?? [])
    .filter(({ type }) => type === 'StopLifted')
    .filter(({ orderId }) => orders.some((it) => it.orderId === orderId && it.liftSentMs === null))
    .map(({ orderId, sequence }) => ({
      invariant: 'I3',
      atMs: 0,
      gateway: null,
      orderId,
      text: `the log lifts ${orderId} at ${sequence}, and nobody asked for it`,
    }));

/** I3: an agent that was stopped at a gateway is never admitted there again before somebody tries to lift the order. */
export const staysStopped = (history: History): readonly Finding[] => {
  const known = knownSince(history);
  const over = ordersOver(history);
  const violations: Violation[] = [];
  let checked = 0;
  const check = (attempt: Attempt, order: OrderStory): void => {
    const sinceMs = known.get(order)?.get(attempt.gateway) ?? Infinity;
    if (attempt.sentMs <= sinceMs || !beforeLift(order, attempt)) return;
    checked += 1;
    if (isAdmitted(attempt)) violations.push(forgotten(attempt, order, sinceMs));
  };
  for (const attempt of history.attempts) for (const order of over(attempt)) check(attempt, order);
  return [{ invariant: 'I3', checked, violations: [...violations, ...liftedByNobody(history)] }];
};
