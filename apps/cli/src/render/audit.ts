import type { AuditEntry, NamedActor, RebuildReport, RefusalsOfGateway } from '#contracts';
import { detailsText, refusalsText } from './audit-details.js';
import type { Paint } from './paint.js';
import { table, type Cell } from './table.js';
import { counted, shown, when } from './words.js';

/** Newest first; what a gateway refused stands where it began to. */
export const entryTable = (
  entries: readonly AuditEntry[],
  refusals: readonly RefusalsOfGateway[],
  paint: Paint,
): string => {
  const lines = [...entries.map(entryLine), ...refusals.map(refusalsLine)];
  lines.sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0));
  return table(
    ['AT', 'EVENT', 'BY', 'LOG', 'DETAILS'],
    lines.map(({ cells }) => cells),
    paint,
  );
};

interface Line {
  readonly at: string;
  readonly cells: readonly Cell[];
}

const entryLine = (entry: AuditEntry): Line => ({
  at: entry.at,
  cells: [
    when(entry.at),
    entry.type,
    actorText(entry.actor),
    `${entry.stream} ${entry.sequence}`,
    detailsText(entry),
  ],
});

const refusalsLine = (refusals: RefusalsOfGateway): Line => ({
  at: refusals.from,
  cells: [
    when(refusals.from),
    'refused',
    `gateway ${shown(refusals.gateway)}`,
    'ACTIVITY',
    shown(refusalsText(refusals)),
  ],
});

/** A key by its name, and by the id that tells it from others of that name. */
export const actorText = ({ kind, id, name }: NamedActor): string =>
  shown(name === null ? `${kind} ${id}` : `${kind} "${name}" (${id})`);

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
