import type { OrderReport } from '#contracts';
import type { Outcome, Settings } from './bench.js';
import { onRound } from './bench.js';
import { atMost, judged, tableOf, tooFew, voidBy } from './judging.js';
import { BARE, BARE_CORE, bareFanOut } from './kill/bare-fan-out.js';
import { underLoad } from './kill/hammering.js';
import { killOnce, receiptsMs, resumed, type Killed } from './kill/kill-once.js';
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
const KEYLESS = 'kill without an idempotency key';
const HTTP = 'HTTP round trip';
const AGAIN = `${BARE}, again`;

export interface KillReport {
  readonly rounds: number;
  readonly kill: Spread;
  /** By the control node's clock: the command to the last gateway's receipt, after its cut and its disk. */
  readonly receipt: Spread;
  /** To the answer, which waits for the proof. */
  readonly answer: Spread;
  /** Kills whose answer was the proof; the others came when the wait of a second was over. */
  readonly contained: number;
  /** A kill that asks for no record of an earlier one. */
  readonly keyless: Spread;
  /** A request to the command API that does nothing. */
  readonly http: Spread;
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

const killWithoutKey = async ({ mesh, rogue }: MeshStage): Promise<OrderReport> => {
  const path = `/v1/mesh/agents/${encodeURIComponent(rogue)}/kill`;
  const answer = await fetch(`${mesh.command_api}${path}`, {
    method: 'POST',
    headers: { 'x-api-key': mesh.credentials.operator_key, 'content-type': 'application/json' },
    body: JSON.stringify({ reason: 'bench' }),
  });
  if (!answer.ok) throw new Error(`the kill was answered ${answer.status}`);
  return ((await answer.json()) as { order: OrderReport }).order;
};

const measured = async (stage: MeshStage, rounds: number): Promise<Measured> => {
  const bare = await bareFanOut();
  const kills: Killed[] = [];
  const kill: Contender = {
    name: KILL,
    measure: async () => {
      const killed = await killOnce(stage);
      await resumed(stage);
      kills.push(killed);
      return Math.max(...killed.lastAdmissionMs);
    },
  };
  const keyless: Contender = {
    name: KEYLESS,
    measure: async () => {
      const killed = await killOnce(stage, { command: () => killWithoutKey(stage) });
      await resumed(stage);
      return Math.max(...killed.lastAdmissionMs);
    },
  };
  const http: Contender = {
    name: HTTP,
    measure: async () => {
      const sentMs = performance.now();
      await (await fetch(`${stage.mesh.command_api}/livez`)).text();
      return performance.now() - sentMs;
    },
  };
  const under = (contender: Contender): Contender => underLoad(stage.hammering, contender);
  const again: Contender = { ...bare.stream, name: AGAIN };
  try {
    const samples = await interleave(
      [kill, keyless, under(http), under(bare.stream), under(again), under(bare.core)],
      {
        rounds,
        warmUp: WARM_UP,
        random: Math.random,
        onRound,
      },
    );
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
    receipt: spreadOf(receiptsMs(kills)),
    answer: spreadOf(kills.map(({ answeredMs }) => answeredMs)),
    contained: kills.filter(({ order }) => order.contained).length,
    keyless: spreadOf(of(KEYLESS)),
    http: spreadOf(of(HTTP)),
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
    ['kill without an idempotency key to last admission', report.keyless],
    ['HTTP round trip to the command API', report.http],
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
