import { slow } from '../fault-lab/proxy/fault.js';
import type { Outcome, Settings } from './bench.js';
import { onRound } from './bench.js';
import { atMost, judged, tableOf, tooFew } from './judging.js';
import { killOnce, resumed } from './kill/kill-once.js';
import { BareRegions } from './regions/bare-regions.js';
import { spreadCells, spreadOf, type Spread } from './rounds.js';
import { onLab, type LabStage } from './stage/lab-stage.js';

/**
 * Every byte between a gateway and the hub takes so long, one way: one gateway is beside the hub, the others stand for
 * regions on other continents. Kill → last admission there, beside a bare core NATS publish over the same link.
 */
const ROUNDS = 61;
const WARM_UP = 5;
const ONE_WAY_MS = [0, 35, 75, 110];
const ALLOWANCE_MS = 15;

interface Region {
  readonly one_way_ms: number;
  readonly kill: Spread;
  readonly bare: Spread;
}

export interface RegionsReport {
  readonly rounds: number;
  readonly regions: readonly Region[];
}

const delay = async ({ mesh }: LabStage): Promise<void> => {
  for (const [at, { name }] of mesh.gateways.entries())
    await mesh.proxies.set(
      mesh.proxies.matching(new RegExp(`^${name}>`)),
      slow(ONE_WAY_MS[at] ?? 0),
    );
};

const columns = (rows: readonly (readonly number[])[]): number[][] =>
  ONE_WAY_MS.map((_, at) => rows.slice(WARM_UP).map((row) => row[at] ?? NaN));

const measured = async (stage: LabStage, rounds: number): Promise<RegionsReport> => {
  if (stage.mesh.gateways.length !== ONE_WAY_MS.length) throw new Error('one gateway a region');
  await delay(stage);
  await stage.mesh.healed();
  const bare = await BareRegions.open(stage.mesh);
  const [kills, bares]: [number[][], number[][]] = [[], []];
  const contenders = [
    async () => {
      kills.push([...(await killOnce(stage)).lastAdmissionMs]);
      await resumed(stage);
    },
    async () => void bares.push(await bare.measure()),
  ];
  try {
    for (let round = 0; round < rounds + WARM_UP; round += 1) {
      const turn = Math.random() < 0.5 ? contenders : [...contenders].reverse();
      for (const contender of turn) await contender();
      onRound(round + 1, rounds + WARM_UP);
    }
  } finally {
    await bare.close();
  }
  const [killed, sent] = [columns(kills), columns(bares)];
  const regions = ONE_WAY_MS.map((one_way_ms, at) => ({
    one_way_ms,
    kill: spreadOf(killed[at] ?? []),
    bare: spreadOf(sent[at] ?? []),
  }));
  return { rounds, regions };
};

const tableOfRegions = ({ rounds, regions }: RegionsReport): string =>
  [
    `Kill request to last admission by distance, one gateway each, ${rounds} rounds`,
    '',
    tableOf(
      ['one way', 'kill p50 ms', 'p99 ms', 'max ms', 'bare publish p50 ms', 'p99 ms', 'max ms'],
      regions.map(({ one_way_ms, kill, bare }) => [
        `${one_way_ms} ms`,
        ...spreadCells(kill),
        ...spreadCells(bare),
      ]),
    ),
  ].join('\n');

export const runRegionsBench = async (settings: Settings): Promise<Outcome> => {
  const rounds = settings.rounds ?? ROUNDS;
  const report = await onLab((stage) => measured(stage, rounds));
  return {
    report,
    table: tableOfRegions(report),
    judged: report.regions
      .filter(({ one_way_ms }) => one_way_ms > 0)
      .map(({ one_way_ms, kill }) =>
        judged(
          atMost(
            `kill to last admission ${one_way_ms} ms away, p99`,
            one_way_ms + ALLOWANCE_MS,
            'ms',
          ),
          kill.p99_ms,
        ),
      ),
    void: tooFew(rounds),
  };
};
