import type { AuditEntry, RebuildReport } from '#contracts';
import type { Paint } from './paint.js';
import { table } from './table.js';
import { counted, reasonText, shown, when } from './words.js';

export const entryTable = (entries: readonly AuditEntry[], paint: Paint): string =>
  table(
    ['LOG', 'SEQ', 'AT', 'EVENT', 'ABOUT', 'BY', 'REASON'],
    entries.map((entry) => [
      entry.stream,
      String(entry.sequence),
      when(entry.at),
      entry.type,
      shown(entry.address ?? entry.order_id ?? named(entry.details)),
      shown(`${entry.actor.kind} ${entry.actor.id}`),
      entry.reason === null ? '-' : reasonText(entry.reason),
    ]),
    paint,
  );

/** Where an event is about no agent and no order, the field that names what it is about. */
const named = (details: Readonly<Record<string, unknown>>): string => {
  const names = ['key_id', 'gateway', 'workspace', 'org', 'name', 'incarnation'];
  const value = names.map((name) => details[name]).find((found) => typeof found === 'string');
  return typeof value === 'string' ? value : '-';
};

export const rebuildReport = (report: RebuildReport, paint: Paint): string =>
  [
    `rebuilt from ${counted(report.events, 'event')} in ${report.seconds.toFixed(1)} s`,
    report.identical
      ? paint.green('identical: every table has the content it had')
      : paint.red('NOT identical: the tables marked below had another content before'),
    '',
    table(
      ['TABLE', 'ROWS', 'CONTENT'],
      report.tables.map(({ name, rows, before, after }) => [
        name,
        String(rows),
        before === after ? after : { text: `${before} -> ${after}`, paint: paint.red },
      ]),
      paint,
    ),
  ].join('\n');
