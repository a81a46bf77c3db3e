import type { Currency, LedgerBalance } from '#contracts';
import type { Period } from './budget-period.js';

/** A cap with what breaks the glass. */
export type LedgerCap = NonNullable<LedgerBalance['cap']>;

/** No sum of a cap and its top-ups counts for more, so that all sums are exact. */
export const CAP_MAX = 4_000_000_000_000_000;

/** How a budget stands at one moment, in micro-units. cap ≥ spent + reserved + allotted + remaining, unless it was lowered. */
export interface BudgetStanding {
  /** With the top-ups of this moment. */
  readonly cap: number;
  readonly toppedUp: number;
  /** Settled and captured, and what gateways held when they crashed. */
  readonly spent: number;
  /** Authorized, and neither captured nor released yet. */
  readonly reserved: number;
  /** In gateways' hands, to spend from without asking. */
  readonly allotted: number;
  readonly remaining: number;
  readonly period: Period;
}

interface StandingOf {
  readonly cap: Pick<LedgerCap, 'capMicro' | 'topUps'> | null;
  readonly period: Period;
  readonly figures:
    { readonly spent: number; readonly allotted: number; readonly reserved: number } | undefined;
  /** Reserved by authorizations whose time is over, though no event has said so yet. */
  readonly overdue: number;
  readonly nowMs: number;
}

export const standingOf = ({
  cap,
  period,
  figures,
  overdue,
  nowMs,
}: StandingOf): BudgetStanding => {
  const { spent, allotted, reserved: open } = figures ?? { spent: 0, allotted: 0, reserved: 0 };
  const reserved = open - overdue;
  const topUps = (cap?.topUps ?? []).filter(({ untilMs }) => untilMs > nowMs);
  const toppedUp = topUps.reduce((sum, { amountMicro }) => sum + amountMicro, 0);
  const effective = Math.min(CAP_MAX, (cap?.capMicro ?? 0) + toppedUp);
  const remaining = Math.max(0, effective - spent - reserved - allotted);
  return { cap: effective, toppedUp, spent, reserved, allotted, remaining, period };
};

/** A share of a cap that has been spent or reserved; told once for each period. */
export interface ThresholdCrossed {
  readonly pct: number;
  readonly capMicro: number;
  readonly usedMicro: number;
  readonly currency: Currency;
  /** The beginning of the period, milliseconds since the epoch. */
  readonly period: number;
}

/** The account before and after an event of its ledger. `null`: there was none. */
export interface ThresholdView {
  readonly cap: LedgerCap | null;
  readonly standing: BudgetStanding;
}

const usedOf = ({ spent, reserved }: BudgetStanding): number => spent + reserved;

/**
 * The shares of the cap that were reached between two looks at a budget, ascending: what somebody is told. A new period
 * begins at nothing; a share that a raised cap left behind is told again when it is reached again.
 */
export const thresholdsCrossed = (
  before: ThresholdView | null,
  after: ThresholdView,
): readonly ThresholdCrossed[] => {
  const { cap, standing } = after;
  if (cap === null) return [];
  const reached = (pct: number, view: ThresholdView): boolean =>
    view.cap !== null &&
    usedOf(view.standing) > 0 &&
    usedOf(view.standing) * 100 >= view.standing.cap * pct;
  const isSame = before !== null && before.standing.period.startMs === standing.period.startMs;
  return cap.alertPct
    .filter((pct) => reached(pct, after) && !(isSame && reached(pct, before)))
    .map((pct) => ({
      ...{ pct, capMicro: standing.cap, usedMicro: usedOf(standing) },
      ...{ currency: cap.currency, period: standing.period.startMs },
    }));
};
