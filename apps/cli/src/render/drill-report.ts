import type { DrillReport } from '#contracts';
import { answerTable, millis, namesOf } from './gateway-answers.js';
import type { Paint } from './paint.js';
import { table } from './table.js';
import { counted, when } from './words.js';

/** Whether a real stop would have taken hold, how fast in each region, and who did not answer. */
export const drillReport = (drill: DrillReport, paint: Paint): string =>
  [
    headline(drill, paint),
    `  drill      ${drill.drill_id}, ${when(drill.ran_at)}`,
    `  would hold ${counted(drill.matched, 'agent')}; nothing was stopped`,
    `  receipts   ${drill.effective.acked} of ${counted(drill.effective.of, 'gateway')}`,
    '',
    ...(drill.gateways.length === 0
      ? [paint.red('No gateway is a member of this mesh, so nothing would enforce a stop.')]
      : [regionTable(drill, paint), '', answerTable(drill.gateways, 'WOULD CUT', paint)]),
    ...notProven(drill, paint),
  ].join('\n');

const headline = ({ passed, scope, max_ms }: DrillReport, paint: Paint): string =>
  passed
    ? paint.green(`DRILL PASSED  ${scope}  in ${millis(max_ms)}`)
    : paint.red(`DRILL FAILED  ${scope}`);

const regionTable = ({ regions }: DrillReport, paint: Paint): string =>
  table(
    ['REGION', 'RECEIPTS', 'P50', 'P99', 'MAX', 'MISSING'],
    regions.map((one) => [
      one.region,
      `${one.acked}/${one.of}`,
      millis(one.p50_ms),
      millis(one.p99_ms),
      millis(one.max_ms),
      one.missing.length === 0 ? '-' : { text: one.missing.join(', '), paint: paint.red },
    ]),
    paint,
  );

const notProven = ({ passed, gateways }: DrillReport, paint: Paint): readonly string[] => {
  if (passed) return [];
  const silent = [...namesOf(gateways, 'missing'), ...namesOf(gateways, 'fenced')];
  const who = silent.length === 0 ? [] : [paint.red(`No receipt from ${silent.join(', ')}.`)];
  return ['', ...who, paint.dim('Next:'), '  estop doctor'];
};
