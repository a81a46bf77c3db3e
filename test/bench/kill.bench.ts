import type { Outcome, Settings } from './bench.js';
import { onRound } from './bench.js';
import { atMost, judged, tableOf, tooFew, voidBy } from './judging.js';
import { BARE, BARE_CORE, bareFanOut } from './kill/bare-fan-out.js';
import { underLoad } from './kill/hammering.js';
import { killOnce, lastReceiptMs, resumed, type Killed } from './kill/kill-once.js';
import {
  interleave,
  ratioOf,
  spreadCells,
  spreadOf,
  tailRatio,
  type Contender,
  type Ratio,
  type Spread,
} from './rounds.js';
import { onMesh, type MeshStage } from './stage/mesh-stage.js';

/**
 * Kill request → last admission anywhere, over four gateways in two regions, against a bare JetStream publish → the last of
 * four subscribers, interleaved in one run under the same load.
 */
const ROUNDS = 61;
const WARM_UP = 10;
const KILL = 'kill to last admission';
const AGAIN = `${BARE}, again`;

export interface KillReport {
  readonly rounds: number;
  readonly kill: Spread;
  /** By the control node's clock: the command to the last gateway's receipt, after its cut and its disk. */
  readonly receipt: Spread;
  /** To the answer, which waits for the proof. */
  readonly answer: Spread;
  readonly contained: number;
  readonly bare: Spread;
  readonly bare_core: Spread;
  readonly ratio_p50: Ratio;
  readonly ratio_p99: number;
  readonly control: Ratio;
}

interface Measured {
  readonly samples: ReadonlyMap<string, readonly number[]>;
  readonly kills: readonly Killed[];
}

const measured = async (stage: MeshStage, rounds: number): Promise<Measured> => {
  const bare = await bareFanOut();
  const kills: Killed[] = [];
  const kill: Contender = {
    name: KILL,
    measure: async () => {
      const killed = await killOnce(stage);
      await resumed(stage);
      const { acked, of } = killed.order.effective;
      if (acked < of) throw new Error(`${of - acked} of ${of} gateways are missing`);
      kills.push(killed);
      return Math.max(...killed.lastAdmissionMs);
    },
  };
  const under = (contender: Contender): Contender => underLoad(stage.hammering, contender);
  const again: Contender = { ...bare.stream, name: AGAIN };
  try {
    const samples = await interleave([kill, under(bare.stream), under(again), under(bare.core)], {
      rounds,
      warmUp: WARM_UP,
      random: Math.random,
      onRound,
    });
    return { samples, kills: kills.slice(WARM_UP) };
  } finally {
    await bare.stop();
  }
};

const reportOf = ({ samples, kills }: Measured): KillReport => {
  const of = (name: string): readonly number[] => samples.get(name) ?? [];
  return {
    rounds: kills.length,
    kill: spreadOf(of(KILL)),
    receipt: spreadOf(kills.map(({ order }) => lastReceiptMs(order))),
    answer: spreadOf(kills.map(({ answeredMs }) => answeredMs)),
    contained: kills.filter(({ order }) => order.contained).length,
    bare: spreadOf(of(BARE)),
    bare_core: spreadOf(of(BARE_CORE)),
    ratio_p50: ratioOf(of(KILL), of(BARE)),
    ratio_p99: tailRatio(of(KILL), of(BARE)),
    control: ratioOf(of(AGAIN), of(BARE)),
  };
};

const tableOfKills = (report: KillReport): string => {
  const { rounds, ratio_p50, control, contained } = report;
  const [low, high] = ratio_p50.spread.map((value) => value.toFixed(2));
  const rows: [string, Spread][] = [
    ['kill to last admission', report.kill],
    ['kill to last receipt, by the node', report.receipt],
    ['kill to answer', report.answer],
    ['bare JetStream publish to last of 4 subscribers', report.bare],
    ['bare core NATS publish to last of 4 subscribers', report.bare_core],
  ];
  return [
    `Kill request to last admission, 4 gateways in 2 regions, ${rounds} rounds`,
    '',
    tableOf(
      ['', 'p50 ms', 'p99 ms', 'max ms'],
      rows.map(([name, spread]) => [name, ...spreadCells(spread)]),
    ),
    '',
    `p50 ratio ${ratio_p50.median.toFixed(2)} (middle half ${low} to ${high}), ` +
      `p99 ratio ${report.ratio_p99.toFixed(2)}, control ${control.median.toFixed(2)}; ` +
      `${contained} of ${rounds} answers were "contained"`,
  ].join('\n');
};

export const runKillBench = async (settings: Settings): Promise<Outcome> => {
  const report = reportOf(await onMesh((stage) => measured(stage, settings.rounds ?? ROUNDS)));
  return {
    report,
    table: tableOfKills(report),
    judged: [
      judged(atMost(`${KILL}, p50, of bare fan-out`, 1.5, '×'), report.ratio_p50.median),
      judged(atMost(`${KILL}, p99, of bare fan-out`, 2, '×'), report.ratio_p99),
    ],
    void: voidBy(report.control.median) ?? tooFew(report.rounds),
  };
};
