import { setTimeout as wait } from 'node:timers/promises';
import { controlSubject, orgOf, streams, workspaceOf, type OrderReport } from '#contracts';
import { FENCED_AFTER_MS, LEASE_MS } from '#domain';
import { labLogin } from '../fault-lab/mesh/access.js';
import { jsApi } from '../fault-lab/nats/jetstream-admin.js';
import { RawNats } from '../fault-lab/nats/raw-nats.js';
import { blackHole } from '../fault-lab/proxy/fault.js';
import type { Outcome, Settings } from './bench.js';
import { onRound } from './bench.js';
import { atMost, judged, tableOf, tooFew } from './judging.js';
import { killOnce, resumed, type Killed } from './kill/kill-once.js';
import { spreadCells, spreadOf, type Spread } from './rounds.js';
import { onLab, type LabStage } from './stage/lab-stage.js';

/**
 * A whole region falls into a black hole: nothing arrives and nobody is told. From the commit of a stop, as the log's leader
 * stamped it (a moment before its quorum had it, so never to our favour), to the arrival of the answer `contained`.
 */
const ROUNDS = 31;
const SLACK_MS = 50;
const TIMEOUT_MS = 3000;
const DARK = /^eu-west-\d>/;
const DARK_MS_MAX = 300;

interface Round {
  readonly containedMs: number;
  readonly killed: Killed;
}

export interface BlackHoleReport {
  readonly rounds: number;
  /** From the commit to the answer `contained`. */
  readonly contained: Spread;
  /** From the operator's request to it. */
  readonly answer: Spread;
  /** From the operator's request to the last "allow" of the region in the hole. */
  readonly dark_admission: Spread;
  /** The same of the other region. */
  readonly reached_admission: Spread;
}

const storedAtMs = async (
  stage: LabStage,
  { order_id, selector }: OrderReport,
): Promise<number> => {
  const [server] = stage.mesh.layout.nats;
  const nats = await RawNats.connect({ port: server?.clients ?? 0, ...labLogin });
  const subject = controlSubject(orgOf(selector), workspaceOf(selector), 'stop', order_id);
  try {
    const { message } = await jsApi<{ message: { time: string } }>(
      nats,
      `STREAM.MSG.GET.${streams.control.name}`,
      { last_by_subj: subject },
    );
    return Date.parse(message.time);
  } finally {
    nats.close();
  }
};

const attempt = async (stage: LabStage): Promise<Round> => {
  const { proxies } = stage.mesh;
  const before = async (): Promise<void> => {
    await proxies.set(proxies.matching(DARK), blackHole);
    // Any phase of the renewals.
    await wait(Math.random() * DARK_MS_MAX);
  };
  const killed = await killOnce(stage, { timeoutMs: TIMEOUT_MS, before });
  const committedAtMs = await storedAtMs(stage, killed.order);
  await proxies.healAll();
  await resumed(stage);
  await stage.mesh.healed();
  const { contained } = killed.order;
  return { killed, containedMs: contained ? killed.answeredAtMs - committedAtMs : TIMEOUT_MS };
};

const measured = async (stage: LabStage, rounds: number): Promise<Round[]> => {
  const all: Round[] = [];
  // Only a ready node argues with time.
  await stage.mesh.healed();
  for (let round = 0; round < rounds; round += 1) {
    all.push(await attempt(stage));
    onRound(round + 1, rounds);
  }
  return all;
};

const reportOf = (stage: LabStage, all: readonly Round[]): BlackHoleReport => {
  const isDark = stage.mesh.gateways.map(({ name }) => DARK.test(`${name}>`));
  const admission = (dark: boolean) =>
    spreadOf(
      all.map(({ killed }) =>
        Math.max(...killed.lastAdmissionMs.filter((_, at) => isDark[at] === dark)),
      ),
    );
  return {
    rounds: all.length,
    contained: spreadOf(all.map(({ containedMs }) => containedMs)),
    answer: spreadOf(all.map(({ killed }) => killed.answeredMs)),
    dark_admission: admission(true),
    reached_admission: admission(false),
  };
};

const tableOfRounds = (report: BlackHoleReport): string =>
  [
    `A kill while one of two regions is in a black hole, ${report.rounds} rounds`,
    '',
    tableOf(
      ['', 'p50 ms', 'p99 ms', 'max ms'],
      [
        ['commit to answer "contained"', ...spreadCells(report.contained)],
        ['kill to answer "contained"', ...spreadCells(report.answer)],
        ['kill to last admission in the black hole', ...spreadCells(report.dark_admission)],
        ['kill to last admission in the other region', ...spreadCells(report.reached_admission)],
      ],
    ),
    '',
    `the least that the protocol allows is ${FENCED_AFTER_MS.toFixed(1)} ms after the commit`,
  ].join('\n');

export const runBlackHoleBench = async (settings: Settings): Promise<Outcome> => {
  const rounds = settings.rounds ?? ROUNDS;
  const report = await onLab(async (stage) => reportOf(stage, await measured(stage, rounds)));
  return {
    report,
    table: tableOfRounds(report),
    judged: [
      judged(
        atMost('commit to "contained", a region in a black hole, worst', LEASE_MS + SLACK_MS, 'ms'),
        report.contained.max_ms,
      ),
    ],
    void: tooFew(rounds),
  };
};
