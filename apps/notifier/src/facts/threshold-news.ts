import { budgetPlace, formatMicro, type BudgetKey, type Told, type OrgName } from '#contracts';
import { scopeText, type ThresholdCrossed } from '#domain';
import { factId, toTimestamp } from '#platform';

/** A share of a cap is spent. Told once for each period and cap: the id is made of them. */
export const thresholdNews = (
  ledger: string,
  key: BudgetKey,
  crossed: ThresholdCrossed,
  atMs: number,
): Told => {
  const { pct, capMicro, usedMicro, currency, period } = crossed;
  const { scope, per } = key;
  const { org, workspace } = budgetPlace(key);
  const [used, cap] = [formatMicro(usedMicro), formatMicro(capMicro)];
  const until = per === 'total' ? 'in total' : `per ${per}`;
  return {
    eventId: factId('budget.threshold', ledger, String(period), String(pct), String(capMicro)),
    type: 'budget.threshold',
    at: toTimestamp(atMs),
    org: org as OrgName,
    workspace: workspace as Told['workspace'],
    about: 'agent' in scope ? scope.agent : null,
    says: `${scopeText(scope)} has used ${used} of ${cap} ${currency} ${until} (${pct} %)`,
    data: {
      ...{ scope: { ...scope }, currency, per, threshold_pct: pct, cap, used },
      period_start: period === 0 ? null : toTimestamp(period),
    },
  };
};
