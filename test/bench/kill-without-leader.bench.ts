import { setTimeout as wait } from 'node:timers/promises';
import { streams } from '#contracts';
import { labLogin } from '../fault-lab/mesh/access.js';
import { leaderOf } from '../fault-lab/nats/jetstream-admin.js';
import { RawNats } from '../fault-lab/nats/raw-nats.js';
import type { NatsPlace } from '../fault-lab/mesh/layout.js';
import { waitFor } from '../fault-lab/time.js';
import type { Outcome, Settings } from './bench.js';
import { onRound } from './bench.js';
import { atMost, judged, tableOf, tooFew } from './judging.js';
import { killOnce, lastReceiptMs, resumed } from './kill/kill-once.js';
import { spreadCells, spreadOf, type Spread } from './rounds.js';
import { onLab, type LabStage } from './stage/lab-stage.js';

/**
 * The server that leads the control log is killed (-9); then, while no other leads it, an operator kills an agent: from the
 * command to the last gateway's receipt. In every other round the command comes at once, while whoever was connected to
 * the dead server still looks for another; in the others a second later. An answer that says `committed` came from a log
 * that had a leader again: such a round is made once more.
 */
const ROUNDS = 31;
const EFFECTIVE_MS = 250;
const ANSWER_WITHIN_MS = 600;
const SETTLED_AFTER_MS = 1000;
const TRIES_MAX = 5;

const phases = ['at once', 'settled'] as const;
type Phase = (typeof phases)[number];

interface Round {
  readonly phase: Phase;
  /** `null`: not all had come by the end of the wait. */
  readonly receiptMs: number | null;
  readonly lastAdmissionMs: number;
}

export interface LeaderlessReport {
  readonly rounds: number;
  /** Rounds that were made again, since the log had a leader when the command was answered. */
  readonly led: number;
  readonly receipt: Readonly<Record<Phase, Spread>>;
  readonly last_admission: Readonly<Record<Phase, Spread>>;
  /** Rounds in which a gateway had sent no receipt by the end of the wait. */
  readonly missing: number;
}

const on = async <T>({ clients }: NatsPlace, ask: (nats: RawNats) => Promise<T>): Promise<T> => {
  const nats = await RawNats.connect({ port: clients, ...labLogin });
  try {
    return await ask(nats);
  } finally {
    nats.close();
  }
};

const CONTROL = streams.control.name;

const leader = async (stage: LabStage): Promise<string> => {
  let found: string | null = null;
  const ask = async (): Promise<boolean> => {
    for (const place of stage.mesh.layout.nats)
      found ??= await on(place, (nats) => leaderOf(nats, CONTROL)).catch(() => null);
    return found !== null;
  };
  await waitFor(ask, { what: 'the control log has a leader', withinMs: 30_000 });
  return found ?? '';
};

const committed = ({ operator, rogue }: LabStage): Promise<void> =>
  waitFor(
    async () => {
      const { held_by } = await operator.mesh.why(rogue);
      const orders = await Promise.all(held_by.map(({ order_id: id }) => operator.stops.get(id)));
      return orders.every((order) => order.committed);
    },
    { what: 'the stop is in the log', withinMs: 60_000, everyMs: 100 },
  );

/** `null`: the log had a leader again, or still. */
const attempt = async (stage: LabStage, phase: Phase): Promise<Round | null> => {
  const server = stage.mesh.find(await leader(stage));
  const before = async (): Promise<void> => {
    await server.kill();
    await wait(phase === 'settled' ? SETTLED_AFTER_MS : 0);
  };
  const { order, lastAdmissionMs } = await killOnce(stage, {
    timeoutMs: ANSWER_WITHIN_MS,
    before,
  });
  await server.start();
  await committed(stage);
  await resumed(stage);
  await stage.mesh.healed();
  if (order.committed) return null;
  return {
    phase,
    receiptMs: lastReceiptMs(order),
    lastAdmissionMs: Math.max(...lastAdmissionMs),
  };
};

const measured = async (
  stage: LabStage,
  rounds: number,
): Promise<{ all: readonly Round[]; led: number }> => {
  const all: Round[] = [];
  let led = 0;
  for (let round = 0; round < rounds; round += 1) {
    let made: Round | null = null;
    for (let left = TRIES_MAX; made === null && left > 0; left -= 1) {
      made = await attempt(stage, phases[round % phases.length] as Phase);
      if (made === null) led += 1;
    }
    if (made === null) throw new Error('the log always had a leader when a stop was answered');
    all.push(made);
    onRound(round + 1, rounds);
  }
  return { all, led };
};

// A receipt that did not come in time took at least as long as the wait.
const took = ({ receiptMs }: Round): number => receiptMs ?? ANSWER_WITHIN_MS;

const reportOf = (all: readonly Round[], led: number): LeaderlessReport => {
  const by = (figureOf: (round: Round) => number): Record<Phase, Spread> => {
    const of = (phase: Phase) =>
      spreadOf(all.filter((round) => round.phase === phase).map(figureOf));
    return { 'at once': of('at once'), settled: of('settled') };
  };
  return {
    ...{ rounds: all.length, led },
    receipt: by(took),
    last_admission: by(({ lastAdmissionMs }) => lastAdmissionMs),
    missing: all.filter(({ receiptMs }) => receiptMs === null).length,
  };
};

const tableOfRounds = (report: LeaderlessReport): string =>
  [
    `A kill while the control log has no leader, 4 gateways in 2 regions, ${report.rounds} rounds`,
    '',
    tableOf(
      ['', 'p50 ms', 'p99 ms', 'max ms'],
      phases.flatMap((phase) => [
        [`command to last receipt, ${phase}`, ...spreadCells(report.receipt[phase])],
        [`command to last admission, ${phase}`, ...spreadCells(report.last_admission[phase])],
      ]),
    ),
    '',
    `${report.missing} rounds without all receipts within ${ANSWER_WITHIN_MS} ms; ` +
      `${report.led} made again, since the log had a leader`,
  ].join('\n');

export const runLeaderlessBench = async (settings: Settings): Promise<Outcome> => {
  const rounds = settings.rounds ?? ROUNDS;
  const { all, led } = await onLab((stage) => measured(stage, rounds));
  const report = reportOf(all, led);
  return {
    report,
    table: tableOfRounds(report),
    judged: phases
      .filter((phase) => all.some((round) => round.phase === phase))
      .map((phase) =>
        judged(
          atMost(`effective without a leader, ${phase}, worst`, EFFECTIVE_MS, 'ms'),
          report.receipt[phase].max_ms,
        ),
      ),
    void: tooFew(rounds),
  };
};
