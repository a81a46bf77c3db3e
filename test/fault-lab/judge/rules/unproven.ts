import { RELAXED_MS } from '../bounds.js';
import { isAdmitted, type Attempt, type History, type Trouble } from '../history.js';
import type { Finding, Violation } from '../finding.js';

const within = (
  { cutOff, inForceMs, healingMs }: Trouble,
  { gateway, sentMs, endMs }: Attempt,
): boolean => cutOff.includes(gateway) && sentMs > inForceMs + RELAXED_MS && endMs < healingMs;

const admitted = (
  { gateway, kind, from, sentMs }: Attempt,
  { inForceMs, what }: Trouble,
): Violation => ({
  invariant: 'I4',
  atMs: sentMs,
  gateway,
  orderId: null,
  text: `${gateway} admitted the ${kind} of ${from} ${(sentMs - inForceMs).toFixed(1)} ms into "${what}", which leaves it no proof`,
});

/** I4: a gateway that can reach no control node admits nothing, for anybody, once its lease is over. */
export const unprovenAdmitsNothing = ({ attempts, troubles }: History): readonly Finding[] => {
  const cuts = troubles.filter(({ cutOff }) => cutOff.length > 0);
  const violations: Violation[] = [];
  let checked = 0;
  for (const attempt of cuts.length > 0 ? attempts : []) {
    const trouble = cuts.find((it) => within(it, attempt));
    if (trouble === undefined) continue;
    checked += 1;
    if (isAdmitted(attempt)) violations.push(admitted(attempt, trouble));
  }
  return [{ invariant: 'I4', checked, violations }];
};
