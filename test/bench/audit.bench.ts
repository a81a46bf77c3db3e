import { auditWorld } from './audit/audit-world.js';
import { auditContenders } from './audit/contenders.js';
import type { Outcome, Settings } from './bench.js';
import { onRound } from './bench.js';
import { atLeast, judged, tooFew, voidBy } from './judging.js';
import { interleave, quantile, ratioOf, type Ratio, type Samples } from './rounds.js';

/**
 * A rebuild of the read model against COPY of the same rows into the same tables with the same indexes, and the replay of
 * the log into rows against a bare consumer that drains it.
 */
const ROUNDS = 31;
const WARM_UP = 3;
const EVENTS = 20_000;

export interface AuditReport {
  readonly rounds: number;
  readonly events: number;
  /** Median milliseconds of each contender. */
  readonly p50_ms: Readonly<Record<string, number>>;
  /** Speed against COPY: 1 is as fast. `fill` is a rebuild without comparing the tables with the live ones. */
  readonly rebuild_of_copy: Ratio;
  readonly fill_of_copy: Ratio;
  /** Speed against a bare drain. */
  readonly replay_of_drain: Ratio;
  /** The baselines against themselves. */
  readonly controls: readonly Ratio[];
}

const measured = async (rounds: number): Promise<AuditReport> => {
  const world = await auditWorld(EVENTS);
  try {
    const contenders = await auditContenders(world);
    const settings = { rounds, warmUp: WARM_UP, random: Math.random, onRound };
    return reportOf(await interleave(contenders, settings), rounds);
  } finally {
    await world.stop();
  }
};

const reportOf = (samples: Samples, rounds: number): AuditReport => {
  const of = (name: string): readonly number[] => samples.get(name) ?? [];
  // Speed is the inverse of time: the baseline's milliseconds over ours.
  const speed = (ours: string, baseline: string): Ratio => ratioOf(of(baseline), of(ours));
  const controls = [speed('copy, again', 'copy'), speed('drain, again', 'drain')];
  return {
    rounds,
    events: EVENTS,
    p50_ms: Object.fromEntries([...samples].map(([name, ms]) => [name, quantile(ms, 0.5)])),
    rebuild_of_copy: speed('rebuild', 'copy'),
    fill_of_copy: speed('fill', 'copy'),
    replay_of_drain: speed('replay', 'drain'),
    controls,
  };
};

const auditTable = (report: AuditReport): string => {
  const row = (name: string): string => {
    const ms = report.p50_ms[name] ?? NaN;
    const perSecond = Math.round(report.events / (ms / 1000));
    return `| ${name} | ${ms.toFixed(0)} | ${perSecond} |`;
  };
  const told = (name: string, { median, spread: [low, high] }: Ratio): string =>
    `${name} ${median.toFixed(2)} (middle half ${low.toFixed(2)} to ${high.toFixed(2)})`;
  return [
    `Rebuild and replay of ${report.events} events, one audit line each, ${report.rounds} rounds`,
    '',
    '| | p50 ms | events a second |',
    '| --- | --- | --- |',
    ...['rebuild', 'fill', 'copy', 'replay', 'drain'].map(row),
    '',
    told('speed of a rebuild against COPY', report.rebuild_of_copy),
    told('without comparing', report.fill_of_copy),
    told('speed of a replay against a bare drain', report.replay_of_drain),
    `controls ${report.controls.map(({ median }) => median.toFixed(2)).join(' and ')}`,
  ].join('\n');
};

export const runAuditBench = async (settings: Settings): Promise<Outcome> => {
  const report = await measured(settings.rounds ?? ROUNDS);
  const voids = report.controls.map(({ median }) => voidBy(median));
  const speed = (what: string, { median }: Ratio) => judged(atLeast(what, 0.5, '×'), median);
  return {
    report,
    table: auditTable(report),
    judged: [
      speed('speed of a rebuild, of COPY', report.rebuild_of_copy),
      speed('speed of a replay, of a bare drain', report.replay_of_drain),
    ],
    void: voids.find((why) => why !== null) ?? tooFew(report.rounds),
  };
};
