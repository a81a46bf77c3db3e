import type { EpisodeResult } from '../episode/episode.js';
import { INVARIANTS, type Invariant } from '../judge/finding.js';
import { excerpt } from './excerpt.js';
import { figuresOf, type Figures } from './figures.js';

/** One episode as the report keeps it: the history itself would fill the memory. */
export interface Entry {
  readonly row: string;
  readonly seed: number;
  readonly seconds: number;
  readonly skipped: number;
  readonly figures: Figures | null;
  /** Per invariant of the row: of how many things it was judged, and how often it was broken. */
  readonly judged: Readonly<Partial<Record<Invariant, { checked: number; violations: number }>>>;
  readonly violations: readonly string[];
  /** Why it could not be run, or did not come to its end. */
  readonly notRun: string | null;
  readonly failure: string | null;
}

const VIOLATIONS_SHOWN = 3;

/** The row's invariants alone: another row is made to test the others. */
export const entryOf = ({ row, seed, tookMs, skipped, history, verdict }: EpisodeResult): Entry => {
  const judged: Entry['judged'] = Object.fromEntries(
    row.invariants.map((invariant) => {
      const { checked = 0, violations = [] } = verdict.get(invariant) ?? {};
      return [invariant, { checked, violations: violations.length }];
    }),
  );
  const broken = row.invariants.flatMap((invariant) => {
    const violations = verdict.get(invariant)?.violations ?? [];
    return violations
      .slice(0, VIOLATIONS_SHOWN)
      .map((it) => [`${invariant} BROKEN: ${it.text}`, ...excerpt(history, it)].join('\n'));
  });
  const figures = figuresOf(history);
  const seconds = tookMs / 1000;
  const name = row.name;
  return {
    row: name,
    seed,
    seconds,
    skipped,
    figures,
    judged,
    violations: broken,
    notRun: null,
    failure: null,
  };
};

export const isBroken = ({ violations, failure }: Entry): boolean =>
  violations.length > 0 || failure !== null;

const cell = (entry: Entry, invariant: Invariant): string => {
  const found = entry.judged[invariant];
  if (found === undefined) return ' ';
  if (found.violations > 0) return `✗${found.violations}`;
  return found.checked === 0 ? '·' : '✓';
};

const ms = (value: number | null): string => (value === null ? '–' : value.toFixed(0));

const figureCells = ({
  effectiveMsMax,
  containedMsMax,
  containedAfterCommitMsMax,
  fenced,
  starved,
}: Figures) => [
  ms(effectiveMsMax),
  ms(containedMsMax),
  ms(containedAfterCommitMsMax),
  String(fenced),
  `${(starved * 100).toFixed(0)} %`,
];

const lineOf = (entry: Entry): string => {
  const { row, seed, figures, notRun, failure } = entry;
  const line = (...cells: string[]): string => `| ${[row, String(seed), ...cells].join(' | ')} |`;
  if (notRun !== null) return line(`not run: ${notRun}`);
  if (figures === null) return line(`did not end: ${failure?.split('\n')[0]}`);
  const cells = INVARIANTS.map((invariant) => cell(entry, invariant));
  const left = entry.skipped > 0 ? `, ${entry.skipped} more were due` : '';
  const requests = `${figures.attempts} (${figures.perSecond}/s${left})`;
  return line(requests, `${figures.orders}`, ...cells, ...figureCells(figures));
};

/** Episodes times invariants, with the worst figures. `·`: judged, but nothing came up that could have broken it. */
export const tableOf = (entries: readonly Entry[]): string => {
  const heads = [
    'row',
    'seed',
    'requests',
    'stops',
    ...INVARIANTS,
    'effective ms',
    'contained ms',
    'after commit ms',
    'fenced',
    'starved',
  ];
  return [
    `| ${heads.join(' | ')} |`,
    `|${heads.map(() => ' --- |').join('')}`,
    ...entries.map(lineOf),
  ].join('\n');
};

/** What was done in all, and a last line that can be counted: an episode passed when it kept every invariant. */
export const summaryOf = (entries: readonly Entry[]): string => {
  const run = entries.filter(({ notRun }) => notRun === null);
  const broken = run.filter(isBroken).length;
  const requests = run.reduce((sum, { figures }) => sum + (figures?.attempts ?? 0), 0);
  const stops = run.reduce((sum, { figures }) => sum + (figures?.orders ?? 0), 0);
  return (
    `${run.length} episodes, ${requests} requests, ${stops} stops; ${entries.length - run.length} not run\n` +
    `${run.length - broken} passed, ${broken} failed`
  );
};
