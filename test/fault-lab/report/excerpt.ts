import { isAdmitted, isStopped, touches, type Attempt, type History } from '../judge/history.js';
import type { Violation } from '../judge/finding.js';

interface Line {
  readonly atMs: number;
  readonly text: string;
}

const BEFORE_MS = 2500;
const AFTER_MS = 400;
const LINES_MAX = 10;

const outcome = (attempt: Attempt): string => {
  if (isAdmitted(attempt)) return 'ADMITTED';
  if (isStopped(attempt)) return `refused by ${attempt.orderId}`;
  return attempt.status === 0 ? 'no answer' : `${attempt.status} ${attempt.code}`;
};

const orderLines = (history: History, orderId: string | null): Line[] =>
  history.orders
    .filter((order) => order.orderId === orderId)
    .flatMap(({ sentMs, selector, claims, liftSentMs, liftedMs }) => [
      { atMs: sentMs, text: `operator: stop ${selector}` },
      ...claims.map(({ by, atMs, state, acked, of, committed, contained }) => ({
        atMs,
        text:
          `${by}: ${orderId} is ${state}, ${acked.length}/${of} acked (${acked.join(' ')})` +
          `${committed ? ', committed' : ''}${contained ? ', CONTAINED' : ''}`,
      })),
      ...(liftSentMs === null ? [] : [{ atMs: liftSentMs, text: `operator: lift ${orderId}` }]),
      ...(liftedMs === null ? [] : [{ atMs: liftedMs, text: `${orderId} is lifted` }]),
    ]);

const troubleLines = ({ troubles }: History): Line[] =>
  troubles.flatMap(({ what, fromMs, inForceMs, toMs }) => [
    { atMs: fromMs, text: `fault begins: ${what}` },
    { atMs: inForceMs, text: `fault in force: ${what}` },
    ...(toMs === Infinity ? [] : [{ atMs: toMs, text: `fault healed: ${what}` }]),
  ]);

/** Of the attempts there those of the same agents: they tell the story. */
const attemptLines = ({ attempts }: History, { gateway, atMs }: Violation): Line[] => {
  const there = attempts.filter(
    (it) => it.gateway === gateway && Math.abs(it.sentMs - atMs) < BEFORE_MS,
  );
  const culprit = there.find(({ sentMs }) => sentMs === atMs);
  return there
    .filter((it) => culprit === undefined || touches(it, [culprit.from, culprit.to ?? '']))
    .map((attempt) => ({
      atMs: attempt.sentMs,
      text:
        `${attempt.gateway}: ${attempt.kind} of ${attempt.from}${attempt.to === null ? '' : ` to ${attempt.to}`}` +
        ` -> ${outcome(attempt)} (${(attempt.endMs - attempt.sentMs).toFixed(1)} ms)`,
    }));
};

const nearest = (lines: readonly Line[], { atMs }: Violation, count: number): Line[] =>
  lines
    .filter((line) => line.atMs > atMs - BEFORE_MS && line.atMs < atMs + AFTER_MS)
    .sort((one, other) => Math.abs(one.atMs - atMs) - Math.abs(other.atMs - atMs))
    .slice(0, count);

/** What happened around a violation, in the order of time, counted from it. */
export const excerpt = (history: History, violation: Violation): string[] =>
  [
    ...nearest(orderLines(history, violation.orderId), violation, LINES_MAX),
    ...nearest(troubleLines(history), violation, LINES_MAX),
    ...nearest(attemptLines(history, violation), violation, LINES_MAX),
  ]
    .sort((one, other) => one.atMs - other.atMs)
    .map(({ atMs, text }) => `${(atMs - violation.atMs).toFixed(1).padStart(9)} ms  ${text}`);
