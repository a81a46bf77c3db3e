import { formatBudgetScope, formatMicro, type CapMark } from '#contracts';
import type { BudgetRecord, BudgetStanding } from '#domain';
import { ApiProblem, toTimestamp } from '#platform';
import type { OpenBudget } from './open-budget.js';

/** A cap and how it stands, for those who are told of it. */
export const markOf = ({ key }: BudgetRecord, standing: BudgetStanding): CapMark => {
  const { cap, spent, reserved, allotted, remaining, period } = standing;
  return {
    scope: formatBudgetScope(key.scope),
    currency: key.currency,
    per: key.per,
    cap: formatMicro(cap),
    spent: formatMicro(spent),
    reserved: formatMicro(reserved),
    allotted: formatMicro(allotted),
    remaining: formatMicro(remaining),
    resets_at: period.endMs === null ? null : toTimestamp(period.endMs),
  };
};

const RETRY_S_MAX = 3600;

/** Which cap an amount would exceed, what is spent under it and when that is over. */
export const exceeded = (open: OpenBudget, requested: number, nowMs: number): ApiProblem => {
  const standing = open.standing();
  const mark = markOf(open.record, standing);
  const untilMs = standing.period.endMs === null ? Infinity : standing.period.endMs - nowMs;
  return new ApiProblem(
    'budget_exceeded',
    `${formatMicro(requested)} ${mark.currency} would exceed the cap of ${mark.cap} per ${mark.per} on ${mark.scope}: ` +
      `${mark.spent} is spent. Ask an operator to raise it or to top it up.`,
    {
      details: { ...mark, requested: formatMicro(requested) },
      retryAfterSeconds: Math.max(1, Math.min(RETRY_S_MAX, Math.ceil(untilMs / 1000))),
    },
  );
};

export const unavailable = (cause?: unknown): ApiProblem =>
  new ApiProblem(
    'ledger_unavailable',
    'What is left under the cap cannot be known now: the ledger does not answer. Try again.',
    cause === undefined ? {} : { cause },
  );

/** One line for each cap of which such a share is used that somebody is told; `null`: less. */
export const warningOf = (open: OpenBudget): string | null => {
  const { alertPct, key } = open.record;
  // What gateways hold counts as used: what they spent a moment ago is in it.
  const { cap, remaining } = open.standing();
  const usedPct = cap === 0 ? 100 : ((cap - remaining) * 100) / cap;
  if (!alertPct.some((pct) => usedPct >= pct)) return null;
  const share = Math.floor(usedPct);
  return `${share} % of ${formatMicro(cap)} ${key.currency}/${key.per} on ${formatBudgetScope(key.scope)}`;
};
