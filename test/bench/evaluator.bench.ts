import type { Outcome, Settings } from './bench.js';
import { onRound } from './bench.js';
import { evaluatorContenders } from './evaluator/contenders.js';
import { evaluatorWorld } from './evaluator/evaluator-world.js';
import { atLeast, judged, tooFew, voidBy } from './judging.js';
import { interleave, quantile, ratioOf, type Ratio, type Samples } from './rounds.js';

/** The evaluation of policies over an activity log, against a bare consumer that drains it. */
const ROUNDS = 31;
const WARM_UP = 3;
const EVENTS = 20_000;

export interface EvaluatorReport {
  readonly rounds: number;
  readonly events: number;
  /** Median milliseconds of each contender. */
  readonly p50_ms: Readonly<Record<string, number>>;
  /** Speed against a bare drain: 1 is as fast. */
  readonly evaluate_of_drain: Ratio;
  /** The drain against itself. */
  readonly control: Ratio;
}

const measured = async (rounds: number): Promise<EvaluatorReport> => {
  const world = await evaluatorWorld(EVENTS);
  try {
    const contenders = await evaluatorContenders(world);
    const settings = { rounds, warmUp: WARM_UP, random: Math.random, onRound };
    return reportOf(await interleave(contenders, settings), rounds);
  } finally {
    await world.stop();
  }
};

const reportOf = (samples: Samples, rounds: number): EvaluatorReport => {
  const of = (name: string): readonly number[] => samples.get(name) ?? [];
  return {
    rounds,
    events: EVENTS,
    p50_ms: Object.fromEntries([...samples].map(([name, ms]) => [name, quantile(ms, 0.5)])),
    // Speed is the inverse of time: the baseline's milliseconds over ours.
    evaluate_of_drain: ratioOf(of('drain'), of('evaluate')),
    control: ratioOf(of('drain'), of('drain, again')),
  };
};

const evaluatorTable = (report: EvaluatorReport): string => {
  const row = (name: string): string => {
    const ms = report.p50_ms[name] ?? NaN;
    return `| ${name} | ${ms.toFixed(0)} | ${Math.round(report.events / (ms / 1000))} |`;
  };
  const { median, spread } = report.evaluate_of_drain;
  const [low, high] = spread;
  return [
    `Evaluation of ${report.events} events of 100 agents under six rules, ${report.rounds} rounds`,
    '',
    '| | p50 ms | events a second |',
    '| --- | --- | --- |',
    ...['evaluate', 'drain'].map(row),
    '',
    `speed against a bare drain ${median.toFixed(2)} (middle half ${low.toFixed(2)} to ${high.toFixed(2)})`,
    `control ${report.control.median.toFixed(2)}`,
  ].join('\n');
};

export const runEvaluatorBench = async (settings: Settings): Promise<Outcome> => {
  const report = await measured(settings.rounds ?? ROUNDS);
  const target = atLeast('speed of the evaluation, of a bare drain', 0.5, '×');
  return {
    report,
    table: evaluatorTable(report),
    judged: [judged(target, report.evaluate_of_drain.median)],
    void: voidBy(report.control.median) ?? tooFew(report.rounds),
  };
};
