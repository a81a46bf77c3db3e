import { RELAXED_MS } from '../bounds.js';
import { isAdmitted, type Attempt, type History, type OrderStory } from '../history.js';
import type { Finding, Violation } from '../finding.js';
import { beforeLift, firstClaim, isUnready, ordersOver } from './coverage.js';

interface Bound {
  readonly invariant: 'I1' | 'I1c';
  /** An attempt that is sent after this moment may not be admitted. */
  readonly fromMs: number;
  readonly because: string;
}

const boundsOf = (history: History, order: OrderStory): Bound[] => {
  const bounds: Bound[] = [];
  const contained = firstClaim(order, (claim) => claim.contained);
  if (contained !== undefined) {
    const because = `${contained.by} said contained`;
    bounds.push({ invariant: 'I1c', fromMs: contained.atMs, because });
  }
  const committed = firstClaim(order, (claim) => claim.committed && !isUnready(history, claim));
  if (committed !== undefined) {
    const because = `X after ${committed.by} said committed`;
    bounds.push({ invariant: 'I1', fromMs: committed.atMs + RELAXED_MS, because });
  }
  return bounds;
};

const late = (
  attempt: Attempt,
  order: OrderStory,
  { invariant, fromMs, because }: Bound,
): Violation => ({
  invariant,
  atMs: attempt.sentMs,
  gateway: attempt.gateway,
  orderId: order.orderId,
  text:
    `${attempt.gateway} admitted the ${attempt.kind} of ${attempt.from} ` +
    `${(attempt.sentMs - fromMs).toFixed(1)} ms after ${because} (${order.orderId}, ${order.selector})`,
});

const overstated = ({ orders }: History): Violation[] =>
  orders.flatMap(({ orderId, claims }) =>
    claims
      .filter(({ contained, committed }) => contained && !committed)
      .map(({ by, atMs }) => ({
        invariant: 'I1c' as const,
        atMs,
        gateway: null,
        orderId,
        text: `${by} said contained of ${orderId}, which it did not call committed`,
      })),
  );

/** I1 and I1c: an admission is explained by a state of at most X before the commit; by none that is after `contained`. */
export const provenStops = (history: History): readonly Finding[] => {
  const bounds = new Map(history.orders.map((order) => [order, boundsOf(history, order)]));
  const over = ordersOver(history);
  const checked = { I1: 0, I1c: 0 };
  const violations: Violation[] = [];
  const check = (attempt: Attempt, order: OrderStory): void => {
    for (const bound of bounds.get(order) ?? []) {
      if (attempt.sentMs <= bound.fromMs || !beforeLift(order, attempt)) continue;
      checked[bound.invariant] += 1;
      if (isAdmitted(attempt)) violations.push(late(attempt, order, bound));
    }
  };
  for (const attempt of history.attempts) for (const order of over(attempt)) check(attempt, order);
  violations.push(...overstated(history));
  return (['I1', 'I1c'] as const).map((invariant) => ({
    invariant,
    checked: checked[invariant],
    violations: violations.filter((it) => it.invariant === invariant),
  }));
};
