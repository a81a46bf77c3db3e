/** What a figure may be. A bound is never widened to be met: a miss is told with its size. */
export interface Target {
  readonly what: string;
  /** `×`, `ms`, `%`, or what is counted. */
  readonly unit: string;
  readonly bound: 'at most' | 'at least';
  readonly limit: number;
}

export interface Judgement extends Target {
  readonly measured: number;
  readonly met: boolean;
}

/** The baseline against itself must lie within these, or the machine was too noisy. */
export const CONTROL_WITHIN = [0.95, 1.05] as const;

export const atMost = (what: string, limit: number, unit: string): Target => ({
  ...{ what, limit, unit, bound: 'at most' },
});

export const atLeast = (what: string, limit: number, unit: string): Target => ({
  ...{ what, limit, unit, bound: 'at least' },
});

/** What was not measured is not met. */
export const judged = (target: Target, measured: number): Judgement => ({
  ...target,
  measured,
  met: target.bound === 'at most' ? measured <= target.limit : measured >= target.limit,
});

const decimals = (value: number): number => (Math.abs(value) < 10 ? 2 : 1);

export const figure = (value: number, unit: string): string =>
  Number.isInteger(value)
    ? `${value}${gap(unit)}${unit}`
    : `${value.toFixed(decimals(value))}${gap(unit)}${unit}`;

const gap = (unit: string): string => (unit === '×' || unit === '' ? '' : ' ');

export const verdictOf = ({ met, measured, limit, unit }: Judgement): string =>
  met ? 'met' : `missed by ${figure(Math.abs(measured - limit), unit)}`;

/** `kill to last admission, p50: 1.32× of at most 1.50×, met` */
export const lineOf = (it: Judgement): string =>
  `${it.what}: ${figure(it.measured, it.unit)} of ${it.bound} ${figure(it.limit, it.unit)}, ${verdictOf(it)}`;

/** Why a run with this control counts nothing; `null`: it counts. */
export const voidBy = (control: number): string | null => {
  const [low, high] = CONTROL_WITHIN;
  return control >= low && control <= high
    ? null
    : `the baseline against itself is ${control.toFixed(2)}, outside ${low} to ${high}`;
};

/** Fewer rounds than this say nothing about a p99. */
export const ROUNDS_MIN = 31;

export const tooFew = (rounds: number): string | null =>
  rounds < ROUNDS_MIN ? `${rounds} rounds, and ${ROUNDS_MIN} are the least that count` : null;

/** A table as Markdown: fit to be read, and to be pasted. */
export const tableOf = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

export const judgementTable = (all: readonly Judgement[]): string =>
  tableOf(
    ['target', 'bound', 'measured', ''],
    all.map((it) => [
      it.what,
      `${it.bound} ${figure(it.limit, it.unit)}`,
      figure(it.measured, it.unit),
      it.met ? 'met' : `**${verdictOf(it)}**`,
    ]),
  );
