import { isStopped, touches, type Forgery, type History } from '../history.js';
import type { Finding, Violation } from '../finding.js';

const effectsOf = ({ attempts, log }: History, forgery: Forgery): Violation[] => {
  const { what, atMs, agents, orderId, appended } = forgery;
  const refusals = attempts
    .filter(
      (it) => it.endMs > atMs && touches(it, agents) && isStopped(it) && it.orderId === orderId,
    )
    .map(({ gateway, from, sentMs }) => ({
      invariant: 'I9' as const,
      atMs: sentMs,
      gateway,
      orderId,
      text: `${gateway} refused ${from} because of ${what}`,
    }));
  const logged = (log ?? [])
    .filter((it) => orderId !== null && it.orderId === orderId && !appended)
    .map(({ type, sequence }) => ({
      invariant: 'I9' as const,
      atMs,
      gateway: null,
      orderId,
      text: `${what} is in the log as ${type} at ${sequence}`,
    }));
  return [...refusals, ...logged];
};

/** I9: what was sent without authority changes nothing. */
export const forgeriesAreIdle = (history: History): readonly Finding[] => [
  {
    invariant: 'I9',
    checked: history.forgeries.length,
    violations: history.forgeries.flatMap((forgery) => effectsOf(history, forgery)),
  },
];
