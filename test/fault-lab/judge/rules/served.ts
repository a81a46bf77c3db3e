import { LEASE_MS } from '#domain';
import { HEALED_MS, RELAXED_MS } from '../bounds.js';
import { isAdmitted, isStopped, type Attempt, type History, type OrderStory } from '../history.js';
import type { Finding, Invariant, Violation } from '../finding.js';
import { Stalls } from '../stalls.js';
import { beforeLift, ordersOver } from './coverage.js';

/** An order may hold an agent from the first try to order it until a gateway must have heard of its lift. */
const mayHold = ({ sentMs, liftedMs }: OrderStory, attempt: Attempt, healMs: number): boolean =>
  sentMs <= attempt.endMs &&
  (liftedMs === null || attempt.sentMs <= Math.max(liftedMs + RELAXED_MS, healMs + HEALED_MS));

/** As much of a lease as may be lost before it runs out: the rest of it are renewal, echo and the ways between. */
const STARVED_MS = 200;

const overlaps = (fromMs: number, toMs: number, { sentMs, endMs }: Attempt): boolean =>
  fromMs <= endMs && toMs + HEALED_MS >= sentMs;

/** A trouble that this gateway, or what this request needs, is part of. */
const excused = ({ troubles }: History, attempt: Attempt): boolean =>
  troubles.some(
    ({ fromMs, toMs, gateways, logs }) =>
      overlaps(fromMs, toMs, attempt) &&
      (gateways.includes(attempt.gateway) || (logs && attempt.kind === 'intent')),
  );

/** A gateway that gets no processor can prove nothing in time: that is the machine's fault, and no gateway's. */
const starvedIn = (history: History): ((attempt: Attempt) => boolean) => {
  const stalls = new Stalls(history.stalls);
  return ({ sentMs, endMs }) => stalls.lostMs(sentMs - LEASE_MS, endMs) >= STARVED_MS;
};

const lastHealAt = ({ troubles }: History, gateway: string): number =>
  Math.max(
    -Infinity,
    ...troubles.filter((it) => it.gateways.includes(gateway)).map((it) => it.toMs),
  );

const told = ({ status, code }: Attempt): string =>
  status === 0 ? 'did not answer' : `answered ${status} ${code ?? ''}`.trimEnd();

/**
 * I5, I6 and I8, by the agents that no order covers: nobody stops them (I6); a healthy gateway serves them while others are
 * in trouble (I8); and everyone serves them two seconds after the heal, and refuses whom a standing order covers (I5).
 */
export const othersAreServed = (history: History): readonly Finding[] => {
  const over = ordersOver(history);
  const isStarved = starvedIn(history);
  const healed = Math.max(-Infinity, ...history.troubles.map(({ toMs }) => toMs));
  const healAt = new Map(history.gateways.map((name) => [name, lastHealAt(history, name)]));
  const found = new Map<Invariant, { checked: number; violations: Violation[] }>(
    (['I5', 'I6', 'I8'] as const).map((name) => [name, { checked: 0, violations: [] }]),
  );
  const check = (invariant: Invariant, attempt: Attempt, problem: string | null): void => {
    const into = found.get(invariant) as { checked: number; violations: Violation[] };
    into.checked += 1;
    if (problem === null) return;
    const { gateway, sentMs: atMs, orderId } = attempt;
    const text = `${gateway} ${problem}`;
    into.violations.push({ invariant, atMs, gateway, orderId, text });
  };
  const whenHealed = ({ sentMs }: Attempt): Invariant =>
    healed > 0 && sentMs > healed + HEALED_MS ? 'I5' : 'I8';
  const checkFree = (attempt: Attempt): void => {
    const about = `${told(attempt)} to the ${attempt.kind} of ${attempt.from}, which no order covers`;
    check('I6', attempt, isStopped(attempt) ? about : null);
    if (isAdmitted(attempt)) return check(whenHealed(attempt), attempt, null);
    if (isStopped(attempt) || excused(history, attempt) || isStarved(attempt)) return;
    check(whenHealed(attempt), attempt, about);
  };
  const checkHeld = (attempt: Attempt, orders: readonly OrderStory[]): void => {
    const order = orders.find((it) => stands(it, attempt, healed + HEALED_MS));
    if (order === undefined) return;
    const about = `admitted the ${attempt.kind} of ${attempt.from} after the heal, though ${order.orderId} stands`;
    check('I5', attempt, isAdmitted(attempt) ? about : null);
  };
  for (const attempt of history.attempts) {
    const orders = over(attempt);
    const healMs = healAt.get(attempt.gateway) ?? -Infinity;
    if (orders.some((order) => mayHold(order, attempt, healMs))) checkHeld(attempt, orders);
    else checkFree(attempt);
  }
  return [...found].map(([invariant, finding]) => ({ invariant, ...finding }));
};

/** It was answered, and the mesh has had its time to agree on it. */
const stands = (order: OrderStory, attempt: Attempt, agreedMs: number): boolean => {
  const answeredMs = order.claims[0]?.atMs;
  if (answeredMs === undefined || !beforeLift(order, attempt)) return false;
  return agreedMs > 0 && attempt.sentMs > Math.max(agreedMs, answeredMs + HEALED_MS);
};
