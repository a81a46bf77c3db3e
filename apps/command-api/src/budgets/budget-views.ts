import { formatBudgetScope, formatMicro, type BudgetView } from '#contracts';
import { LedgerFold, type BudgetRecord } from '#domain';
import { toTimestamp, type Clock, type Logger } from '#platform';
import type { LedgerStore } from './ledger-reading.js';

export interface BudgetViewsOptions {
  readonly ledger: LedgerStore;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A budget with its account; without the ledger the cap alone, and it says so. */
export const budgetView = async (
  { ledger, clock, logger }: BudgetViewsOptions,
  record: BudgetRecord,
): Promise<BudgetView> => {
  const { key, org, sequence, capMicro, alertPct, topUps } = record;
  const account = await ledger.account(record).catch((error: unknown) => {
    logger.warn({ err: error, budget: record.id }, 'the ledger cannot be read');
    return null;
  });
  const nowMs = clock.nowMs();
  const cap = {
    ...key,
    org,
    version: Math.max(1, sequence),
    capMicro,
    alertPct: [...alertPct],
    topUps: [...topUps],
  };
  const standing = (account ?? new LedgerFold(key.per)).standing(nowMs, cap);
  return {
    scope: formatBudgetScope(key.scope),
    ...{ currency: key.currency, per: key.per },
    cap: formatMicro(standing.cap),
    cap_alone: formatMicro(capMicro),
    topped_up: formatMicro(standing.toppedUp),
    spent: formatMicro(standing.spent),
    reserved: formatMicro(standing.reserved),
    allotted: formatMicro(standing.allotted),
    remaining: formatMicro(standing.remaining),
    resets_at: standing.period.endMs === null ? null : toTimestamp(standing.period.endMs),
    top_ups: topUps
      .filter(({ untilMs }) => untilMs > nowMs)
      .map(({ topUpId, amountMicro, untilMs }) => ({
        ...{ top_up_id: topUpId, amount: formatMicro(amountMicro), until: toTimestamp(untilMs) },
      })),
    alert_pct: [...alertPct],
    agent: 'agent' in key.scope ? key.scope.agent : null,
    set_at: record.setAt === '' ? null : record.setAt,
    stale: account === null,
  };
};
