import type { BacktestReport } from '#contracts';
import type { Paint } from './paint.js';
import { actionText } from './policies.js';
import { table } from './table.js';
import { counted, shown, when } from './words.js';

/** What a policy would have done. */
export const backtestText = (report: BacktestReport, paint: Paint): string => {
  const { fired, events, agents, since, until, recorded_from, remarks } = report;
  const over = `${counted(events, 'event')} of ${counted(agents, 'agent')}, ${when(recorded_from ?? since)} to ${when(until)}`;
  const told = fired === 0 ? [paint.green('It would not have fired.')] : firedLines(report, paint);
  return [over, '', ...told, ...remarks.map((remark) => paint.yellow(shown(remark)))].join('\n');
};

const firedLines = ({ firings, fired, saved }: BacktestReport, paint: Paint): string[] => [
  table(
    ['RULE', 'FIRST', 'TIMES', 'WOULD', 'AGENT', 'WHY'],
    firings.map((it) => [
      `rules.${it.rule}`,
      when(it.at),
      String(it.times),
      { text: actionText(it.action), paint: paint.red },
      it.address,
      shown(it.evidence.says),
    ]),
    paint,
  ),
  '',
  `${counted(fired, 'rule')} and agent${fired === 1 ? '' : 's'}; it would have saved ${saved.cost_usd.toFixed(2)} USD and ${counted(saved.intents, 'intent')}.`,
];
