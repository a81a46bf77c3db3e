import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type Ask, judge } from '#domain';
import type { Outcome, Settings } from './bench.js';
import { onRound } from './bench.js';
import { atMost, judged, tableOf, tooFew, voidBy } from './judging.js';
import { interleave, quantile, ratioOf, type Contender, type Ratio } from './rounds.js';
import { buildFleet, type Fleet } from './verdict/fleet.js';

/**
 * What a verdict costs at 10 to 1,000,000 registered agents, under the same hundred standing stops. In each round every
 * fleet is asked about other agents, drawn at random from all of it.
 *
 * - **warm**: each drawn agent is asked about many times. A gateway has just found the caller by its key, so what it asks
 *   about is in the processor's cache; this is the cost of the verdict.
 * - **cold**: each drawn agent is asked about once, straight from memory that nothing has touched. The difference is the
 *   machine's memory, and the address itself has to come from there too.
 */
const SIZES = [10, 1000, 100_000, 1_000_000];
const ROUNDS = 41;
const WARM_UP = 10;
const DRAWN = 64;
const REPEATS = 256;
const NOW_MS = 1_770_000_000_000;
const limits = { medianNsMax: 1000, ratioMax: 1.5 } as const;

export interface VerdictRow {
  readonly agents: number;
  readonly warm_ns: number;
  readonly cold_ns: number;
  /** Against 10 agents, from the ratios of each round. */
  readonly ratio: Ratio;
  readonly bytes_per_verdict: number;
  readonly bytes_per_agent: number;
  readonly fold_ms: number;
}

export interface VerdictReport {
  readonly rounds: number;
  readonly rows: readonly VerdictRow[];
  /** 10 agents against 10 other agents. */
  readonly control: Ratio;
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const heapUsed = (): number => {
  collect();
  collect();
  return process.memoryUsage().heapUsed;
};

const drawn = (fleet: Fleet): Ask[] =>
  Array.from({ length: DRAWN }, () => ({
    address: fleet.addresses[Math.floor(Math.random() * fleet.size)]!,
    act: 'send',
    capability: 'intent:email.send.v1',
  }));

/** How many of the asks passed: the answers are used, so that none can be optimised away. */
const pass = (fleet: Fleet, asks: readonly Ask[]): number => {
  let allowed = 0;
  for (let index = 0; index < asks.length; index += 1) {
    if (judge(fleet.view, asks[index]!, NOW_MS).allowed) allowed += 1;
  }
  return allowed;
};

/** Nanoseconds a verdict, over one pass of some microseconds: short enough that most passes are not interrupted. */
const timed = (fleet: Fleet, asks: readonly Ask[]): number => {
  const started = process.hrtime.bigint();
  const allowed = pass(fleet, asks);
  const took = Number(process.hrtime.bigint() - started);
  if (allowed === 0 && fleet.size > SIZES[0]!) throw new Error('no verdict allowed anything');
  return took / DRAWN;
};

const contender = (name: string, fleet: Fleet, cold: number[]): Contender => ({
  name,
  measure: async () => {
    const asks = drawn(fleet);
    cold.push(timed(fleet, asks));
    return quantile(
      Array.from({ length: REPEATS }, () => timed(fleet, asks)),
      0.5,
    );
  },
});

// Few enough that no collection comes in between, so the difference is what the verdicts allocated.
const bytesPerVerdict = (fleet: Fleet): number => {
  const asks = drawn(fleet).filter((ask) => judge(fleet.view, ask, NOW_MS).allowed);
  collect();
  const before = process.memoryUsage().heapUsed;
  for (let index = 0; index < REPEATS; index += 1) pass(fleet, asks);
  const after = process.memoryUsage().heapUsed;
  return Math.max(0, Math.floor((after - before) / (REPEATS * asks.length)));
};

const measured = async (rounds: number): Promise<VerdictReport> => {
  const fleets = SIZES.map((size) => buildFleet(size, heapUsed));
  const again = buildFleet(SIZES[0]!, heapUsed);
  const colds = fleets.map((): number[] => []);
  const nameOf = (fleet: Fleet): string => `${fleet.size} agents`;
  const samples = await interleave(
    [
      ...fleets.map((fleet, index) => contender(nameOf(fleet), fleet, colds[index]!)),
      contender('control', again, []),
    ],
    { rounds, warmUp: WARM_UP, random: Math.random, onRound },
  );
  const baseline = samples.get(nameOf(fleets[0]!))!;
  const rows = fleets.map((fleet, index): VerdictRow => {
    const warm = samples.get(nameOf(fleet))!;
    return {
      agents: fleet.size,
      warm_ns: quantile(warm, 0.5),
      cold_ns: quantile(colds[index]!.slice(WARM_UP), 0.5),
      ratio: ratioOf(warm, baseline),
      bytes_per_verdict: bytesPerVerdict(fleet),
      bytes_per_agent: Math.round(fleet.bytesPerAgent),
      fold_ms: Math.round(fleet.foldMs),
    };
  });
  return { rounds, rows, control: ratioOf(samples.get('control')!, baseline) };
};

const tableOfVerdicts = ({ rows, control, rounds }: VerdictReport): string =>
  [
    `The verdict at ${rows.length} sizes of a fleet, ${rounds} rounds`,
    '',
    tableOf(
      ['agents', 'warm, ns', 'cold, ns', 'ratio to 10 agents (warm)', 'middle half'].concat([
        'bytes per verdict',
        'bytes per agent',
        'fold, ms',
      ]),
      rows.map((row) => [
        row.agents.toLocaleString('en'),
        row.warm_ns.toFixed(0),
        row.cold_ns.toFixed(0),
        row.ratio.median.toFixed(2),
        row.ratio.spread.map((value) => value.toFixed(2)).join(' to '),
        String(row.bytes_per_verdict),
        String(row.bytes_per_agent),
        String(row.fold_ms),
      ]),
    ),
    '',
    `control ${control.median.toFixed(2)}`,
  ].join('\n');

export const runVerdictBench = async (settings: Settings): Promise<Outcome> => {
  const report = await measured(settings.rounds ?? ROUNDS);
  const worst = (of: (row: VerdictRow) => number): number => Math.max(...report.rows.map(of));
  return {
    report,
    table: tableOfVerdicts(report),
    judged: [
      judged(
        atMost('a warm verdict, median', limits.medianNsMax, 'ns'),
        worst((it) => it.warm_ns),
      ),
      judged(
        atMost('a verdict of a large fleet, of one of 10 agents', limits.ratioMax, '×'),
        worst((it) => it.ratio.median),
      ),
      judged(
        atMost('allocated by a verdict', 0, 'bytes'),
        worst((it) => it.bytes_per_verdict),
      ),
    ],
    void: voidBy(report.control.median) ?? tooFew(report.rounds),
  };
};
