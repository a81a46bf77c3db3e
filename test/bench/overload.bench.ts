import { setTimeout as wait } from 'node:timers/promises';
import { Estop, EstopError } from '#sdk';
import type { Outcome, Settings } from './bench.js';
import { onRound } from './bench.js';
import { Child } from './child.js';
import { wireRequest } from './gateway/load-messages.js';
import { atMost, judged, tableOf, tooFew, voidBy } from './judging.js';
import { killOnce, receiptsMs, resumed, type Killed } from './kill/kill-once.js';
import type { Flooded, FloodReport, FloodTarget } from './overload/flood-messages.js';
import { junk } from './overload/junk.js';
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
import { newAgent } from './stage/rogue.js';

/**
 * A kill while agents offer three times the intents that the gateways can take, on three times the connections that it needs
 * to find that out, and while strangers send junk to the command API; against a kill of a quiet mesh, interleaved.
 */
const ROUNDS = 61;
const WARM_UP = 5;
const SATURATING_CONNECTIONS = 16;
const TIMES = 3;
const JUNK = { connections: 16, perSecond: 1000 };
const CAPACITY_MS = 3000;
const RISE_MS = 500;
const RECEIVERS = 16;

const IDLE = 'idle';
const AGAIN = 'idle, again';
const OVERLOADED = 'overloaded';

export interface OverloadReport {
  readonly rounds: number;
  /** Intents a second that all gateways together answer, as fast as they can. */
  readonly capacity_per_second: number;
  readonly offered_per_second: number;
  readonly answered_per_second: number;
  readonly junk_answered_per_second: number;
  readonly idle: Spread;
  readonly overloaded: Spread;
  readonly idle_receipt: Spread;
  readonly overloaded_receipt: Spread;
  readonly ratio_p50: Ratio;
  readonly ratio_p99: number;
  readonly control: Ratio;
  /** Kills that were refused, or that the mesh did not take. */
  readonly shed: number;
  /** Of `rounds`, overloaded: answered with the proof within the wait of a second. */
  readonly contained: number;
  /** Of `rounds`, overloaded: answered with a receipt of every gateway. */
  readonly confirmed: number;
  /** Answers 503 in overloaded rounds: overload that costs a gateway its proof stops its agents by itself. */
  readonly fenced: number;
}

interface Traffic {
  readonly ports: readonly number[];
  readonly requests: readonly string[];
  readonly commandPort: number;
}

const portOf = (url: string): number => Number(new URL(url).port);

const trafficOf = async ({ mesh }: MeshStage): Promise<Traffic> => {
  const { admin_key: adminKey, org, workspace } = mesh.credentials;
  const where = { baseUrl: mesh.command_api, adminKey, org, workspace };
  const sender = await newAgent(where, 'sender');
  const requests: string[] = [];
  for (let index = 0; index < RECEIVERS; index += 1) {
    const { address } = await newAgent(where, `receiver-${index}`);
    const intent = {
      intent_type: 'bench.send.v1',
      correlation_id: '00000000-0000-4000-8000-000000000000',
      to_agent: address,
      payload: { subject: 'bench', body: 'x'.repeat(200) },
    };
    requests.push(wireRequest('/v1/intents', { 'x-api-key': sender.apiKey }, intent));
  }
  const ports = mesh.gateways.map(({ url }) => portOf(url));
  return { ports, requests, commandPort: portOf(mesh.command_api) };
};

/** What rises and falls around each overloaded kill. */
class Flood {
  private readonly child = new Child<FloodReport>('overload/flood.js');
  readonly seen: (readonly Flooded[])[] = [];

  async rise(targets: readonly FloodTarget[], forMs: number): Promise<void> {
    const flooding = this.child.next('flooding');
    this.child.tell({ kind: 'flood', targets });
    await flooding;
    await wait(forMs);
  }

  async fall(): Promise<readonly Flooded[]> {
    const ebbed = this.child.next('ebbed');
    this.child.tell({ kind: 'ebb' });
    const { targets } = await ebbed;
    this.seen.push(targets);
    return targets;
  }

  end(): Promise<void> {
    return this.child.end();
  }
}

const perSecond = (lines: readonly Flooded[], count: (line: Flooded) => number): number =>
  lines.reduce((sum, line) => sum + (count(line) * 1000) / line.tookMs, 0);

const capacityOf = async (flood: Flood, { ports, requests }: Traffic): Promise<number> => {
  const connections = SATURATING_CONNECTIONS;
  await flood.rise(
    ports.map((port) => ({ port, requests, connections, perSecond: null })),
    CAPACITY_MS,
  );
  return perSecond(await flood.fall(), ({ answered }) => answered);
};

const overloadOf = ({ ports, requests, commandPort }: Traffic, capacity: number): FloodTarget[] => [
  ...ports.map((port) => ({
    ...{ port, requests, connections: SATURATING_CONNECTIONS * TIMES },
    perSecond: (capacity * TIMES) / ports.length,
  })),
  { port: commandPort, requests: junk, ...JUNK },
];

interface Measured {
  readonly samples: ReadonlyMap<string, readonly number[]>;
  readonly kills: Readonly<Record<string, readonly Killed[]>>;
  readonly shed: number;
  readonly capacity: number;
  readonly floods: readonly (readonly Flooded[])[];
}

const measured = async (stage: MeshStage, rounds: number): Promise<Measured> => {
  const traffic = await trafficOf(stage);
  const flood = new Flood();
  const kills: Record<string, Killed[]> = { [IDLE]: [], [AGAIN]: [], [OVERLOADED]: [] };
  let shed = 0;
  const { command_api: baseUrl, credentials } = stage.mesh;
  const apiKey = credentials.operator_key;
  // One attempt: a client that tries again would hide a refusal.
  const operator = new Estop({ baseUrl, apiKey, retry: { maxAttempts: 1 } });
  const kill = async (name: string): Promise<number> => {
    try {
      const killed = await killOnce({ ...stage, operator });
      kills[name]?.push(killed);
      return Math.max(...killed.lastAdmissionMs);
    } catch (error) {
      if (!(error instanceof EstopError)) throw error;
      process.stderr.write(`\n  a kill was shed: ${error.message}\n`);
      shed += 1;
      await stage.hammering.stop();
      return Infinity;
    }
  };
  try {
    const capacity = await capacityOf(flood, traffic);
    flood.seen.length = 0;
    const overload = overloadOf(traffic, capacity);
    const idle = (name: string): Contender => ({
      name,
      measure: async () => {
        const took = await kill(name);
        await resumed(stage);
        return took;
      },
    });
    const overloaded: Contender = {
      name: OVERLOADED,
      measure: async () => {
        await flood.rise(overload, RISE_MS);
        const took = await kill(OVERLOADED);
        await flood.fall();
        await resumed(stage);
        return took;
      },
    };
    const samples = await interleave([idle(IDLE), idle(AGAIN), overloaded], {
      ...{ rounds, warmUp: WARM_UP, random: Math.random, onRound },
    });
    return { samples, kills, shed, capacity, floods: flood.seen };
  } finally {
    await flood.end();
  }
};

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

const reportOf = ({ samples, kills, shed, capacity, floods }: Measured): OverloadReport => {
  const of = (name: string): readonly number[] => samples.get(name) ?? [];
  const receipts = (name: string): number[] => receiptsMs((kills[name] ?? []).slice(WARM_UP));
  const data = floods.map((lines) => lines.slice(0, -1));
  const answered = ({ answered }: Flooded): number => answered;
  return {
    rounds: of(IDLE).length,
    capacity_per_second: Math.round(capacity),
    offered_per_second: Math.round(mean(data.map((it) => perSecond(it, ({ offered }) => offered)))),
    answered_per_second: Math.round(mean(data.map((it) => perSecond(it, answered)))),
    junk_answered_per_second: Math.round(
      mean(floods.map((lines) => perSecond(lines.slice(-1), answered))),
    ),
    idle: spreadOf(of(IDLE)),
    overloaded: spreadOf(of(OVERLOADED)),
    idle_receipt: spreadOf(receipts(IDLE)),
    overloaded_receipt: spreadOf(receipts(OVERLOADED)),
    ratio_p50: ratioOf(of(OVERLOADED), of(IDLE)),
    ratio_p99: tailRatio(of(OVERLOADED), of(IDLE)),
    control: ratioOf(of(AGAIN), of(IDLE)),
    shed,
    contained: (kills[OVERLOADED] ?? []).slice(WARM_UP).filter(({ order }) => order.contained)
      .length,
    confirmed: receipts(OVERLOADED).length,
    fenced: (kills[OVERLOADED] ?? []).reduce((sum, { fenced }) => sum + fenced, 0),
  };
};

const tableOfKills = (report: OverloadReport): string =>
  [
    `A kill under overload, 4 gateways in 2 regions, ${report.rounds} rounds`,
    '',
    tableOf(
      ['', 'p50 ms', 'p99 ms', 'max ms'],
      [
        ['kill to last admission, idle', ...spreadCells(report.idle)],
        ['kill to last admission, overloaded', ...spreadCells(report.overloaded)],
        ['kill to last receipt, idle', ...spreadCells(report.idle_receipt)],
        ['kill to last receipt, overloaded', ...spreadCells(report.overloaded_receipt)],
      ],
    ),
    '',
    `capacity ${report.capacity_per_second} intents a second, offered ${report.offered_per_second}, ` +
      `answered ${report.answered_per_second}; junk answered ${report.junk_answered_per_second} a second; ` +
      `of ${report.rounds} overloaded answers ${report.contained} were "contained", ` +
      `${report.confirmed} with every receipt, and ${report.fenced} requests were answered 503; ` +
      `p50 ratio ${report.ratio_p50.median.toFixed(2)}, control ${report.control.median.toFixed(2)}`,
  ].join('\n');

export const runOverloadBench = async (settings: Settings): Promise<Outcome> => {
  const rounds = settings.rounds ?? ROUNDS;
  const report = reportOf(await onMesh((stage) => measured(stage, rounds)));
  return {
    report,
    table: tableOfKills(report),
    judged: [
      judged(atMost('kill under overload, p99, of idle', 3, '×'), report.ratio_p99),
      judged(atMost('kills shed', 0, 'kills'), report.shed),
    ],
    void: voidBy(report.control.median) ?? tooFew(rounds),
  };
};
