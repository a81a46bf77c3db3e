import { EFFECTIVE_MS, HEALED_MS } from '../bounds.js';
import {
  isAdmitted,
  type Attempt,
  type History,
  type OrderStory,
  type Trouble,
} from '../history.js';
import type { Finding, Violation } from '../finding.js';
import { Stalls } from '../stalls.js';
import { beforeLift, ordersOver } from './coverage.js';

/** An attempt of somebody who was ordered to stop, at a gateway that could be reached. */
export interface Since {
  readonly order: OrderStory;
  readonly attempt: Attempt;
  /** From the command to the sending of the attempt, milliseconds. */
  readonly commandMs: number;
  /** As much of that as this machine had time for. */
  readonly countedMs: number;
}

const overlaps = ({ fromMs, toMs }: Trouble, sinceMs: number, untilMs: number): boolean =>
  fromMs <= untilMs && toMs + HEALED_MS >= sinceMs;

/**
 * Whether the command came to a control node at once. A gateway hands it on over its connection for everything else: while a
 * server or a node is in trouble, that may be the one.
 */
const wasTaken = ({ troubles, gateways }: History, order: OrderStory): boolean => {
  const [first] = order.claims;
  if (first === undefined || order.askedMs === null) return false;
  const { askedMs } = order;
  const touches = (trouble: Trouble): boolean =>
    [...trouble.gateways, ...trouble.nodes].includes(first.by) ||
    (gateways.includes(first.by) && (trouble.logs || trouble.nodes.length > 0));
  return !troubles.some((trouble) => overlaps(trouble, askedMs, first.atMs) && touches(trouble));
};

const isReached = ({ troubles }: History, attempt: Attempt, sinceMs: number): boolean =>
  !troubles.some(
    (trouble) =>
      trouble.gateways.includes(attempt.gateway) && overlaps(trouble, sinceMs, attempt.endMs),
  );

/** Every attempt that tells how soon a stop was in force. */
export const sinceCommands = (history: History): Since[] => {
  const taken = history.orders.filter((order) => wasTaken(history, order));
  const over = ordersOver({ ...history, orders: taken });
  const stalls = new Stalls(history.stalls);
  return history.attempts.flatMap((attempt) =>
    over(attempt).flatMap((order): Since[] => {
      const askedMs = order.askedMs ?? Infinity;
      if (attempt.sentMs < askedMs || !beforeLift(order, attempt)) return [];
      if (!isReached(history, attempt, askedMs)) return [];
      const commandMs = attempt.sentMs - askedMs;
      const countedMs = commandMs - stalls.lostMs(askedMs, attempt.sentMs);
      return [{ order, attempt, commandMs, countedMs }];
    }),
  );
};

const late = ({ order, attempt, countedMs }: Since): Violation => ({
  invariant: 'I8',
  atMs: attempt.sentMs,
  gateway: attempt.gateway,
  orderId: order.orderId,
  text:
    `${attempt.gateway} admitted the ${attempt.kind} of ${attempt.from} ${countedMs.toFixed(1)} ms after ` +
    `${order.claims[0]?.by} was told to stop ${order.selector} (${order.orderId})`,
});

/** I8: a stop is in force within 250 ms on every gateway that can be reached. */
export const stopsAreSoon = (history: History): readonly Finding[] => {
  const later = sinceCommands(history).filter(({ countedMs }) => countedMs > EFFECTIVE_MS);
  const violations = later.filter(({ attempt }) => isAdmitted(attempt)).map(late);
  return [{ invariant: 'I8', checked: later.length, violations }];
};
