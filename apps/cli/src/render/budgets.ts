import type { BudgetReport, BudgetView } from '#contracts';
import type { Paint } from './paint.js';
import { spreadNote } from './spread.js';
import { table, type Cell } from './table.js';
import { when } from './words.js';

const leftCell = ({ remaining, stale }: BudgetView, paint: Paint): Cell => {
  if (stale) return { text: 'not known', paint: paint.yellow };
  return remaining === '0.00' ? { text: remaining, paint: paint.red } : remaining;
};

export const budgetTable = (budgets: readonly BudgetView[], paint: Paint): string =>
  budgets.length === 0
    ? 'No cap is set.'
    : table(
        ['WHOSE', 'CAP', 'SPENT', 'RESERVED', 'ALLOTTED', 'LEFT', 'RESETS'],
        budgets.map((budget) => [
          budget.scope,
          `${budget.cap} ${budget.currency}/${budget.per}`,
          budget.spent,
          budget.reserved,
          budget.allotted,
          leftCell(budget, paint),
          budget.resets_at === null ? 'never' : when(budget.resets_at),
        ]),
        paint,
      );

/** What became of a cap, or would become of it. */
export const budgetReport = (report: BudgetReport, paint: Paint): string => {
  const { budget, changed, dry_run: isPlan, missing = [], effective } = report;
  const did = changed ? (isPlan ? 'Would be changed.' : 'Changed.') : 'It was so already.';
  const shown = budget === null ? 'No such cap stands.' : budgetTable([budget], paint);
  const note = effective === undefined ? '' : spreadNote({ effective, missing });
  return `${did}\n${shown}${note}`;
};
