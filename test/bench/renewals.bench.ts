import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { labLogin } from '../fault-lab/mesh/access.js';
import { directNatsUrl } from '../fault-lab/mesh/layout.js';
import type { LabMesh } from '../fault-lab/mesh/lab-mesh.js';
import { mainOf, type Service } from '../fault-lab/mesh/services.js';
import type { Outcome, Settings } from './bench.js';
import { onRound } from './bench.js';
import { Child } from './child.js';
import { atMost, judged, tableOf, tooFew } from './judging.js';
import type { EmulatorReport } from './renewals/emulator-messages.js';
import { piecesUs } from './renewals/pieces.js';
import { processorMs } from './renewals/processor-time.js';
import { sharesOf, type CpuProfile, type Subject } from './renewals/profile.js';
import { interleave, quantile, type Contender } from './rounds.js';
import { onLab } from './stage/lab-stage.js';

/**
 * What it costs a control node to renew the leases of 100 gateways every 150 ms: the processor time of a real command API
 * while emulated gateways ask, less its time while they do not, in turns; with two control nodes, then with one; and at last a
 * profile of what it does with it.
 */
const GATEWAYS = 100;
const ROUNDS = 31;
const WARM_UP = 2;
const WINDOW_MS = 1000;
const PROFILE_MS = 10_000;
const CORE_PERCENT_MAX = 5;

const IDLE = 'idle';
const AGAIN = 'idle, again';
const RENEWING = 'renewing';

interface Cost {
  readonly nodes: number;
  /** Of one core, in percent, in the median of the windows; the busiest node. */
  readonly idle: number;
  readonly idle_again: number;
  readonly renewing: number;
  /** Renewals above idle. */
  readonly above: number;
  readonly renewals_per_second: number;
  /** By one node. */
  readonly answers_per_second: number;
  readonly answer_bytes: number;
}

export interface RenewalsReport {
  readonly rounds: number;
  readonly gateways: number;
  readonly costs: readonly Cost[];
  /** Of the busy time of the one node's main thread. */
  readonly profile: readonly (readonly [string, number])[];
  /** Microseconds of processor time for each, alone and in a loop. */
  readonly pieces_us: readonly (readonly [string, number])[];
}

const subjects: readonly Subject[] = [
  { name: 'making and opening seals', url: /keys\/(pair-seals|key-ring|signing)\.js/ },
  { name: 'the text that is sealed', url: /canonical-bytes\.js/ },
  { name: 'reading JSON of renewals', url: /wire\/live-messages\.js/, functions: /^(decode|read)/ },
  { name: 'writing JSON of answers', url: /wire\/(live-messages|order-event)\.js/ },
  {
    name: 'the NATS client, writing',
    url: /@nats-io/,
    functions: /^(flushPending|send|_send|publish)$/,
  },
  { name: 'the protocol', url: /src\/containment\/|containment\/src\// },
  { name: 'the NATS client, reading', url: /@nats-io|event-store-jetstream/ },
];

/** Windows in which the emulated gateways ask or rest. */
class Emulator {
  private readonly child: Child<EmulatorReport>;
  rates: { renewals: number; answers: number; bytes: number }[] = [];

  constructor(mesh: LabMesh) {
    const { user, password } = labLogin;
    const args = [directNatsUrl(mesh.layout), user, password, String(GATEWAYS)];
    this.child = new Child<EmulatorReport>('renewals/emulator.js', args);
  }

  async joined(): Promise<void> {
    await this.child.next('joined');
  }

  async renewing<T>(during: () => Promise<T>): Promise<T> {
    const renewing = this.child.next('renewing');
    this.child.tell({ kind: 'renew' });
    await renewing;
    const result = await during();
    const resting = this.child.next('resting');
    this.child.tell({ kind: 'rest' });
    const { tookMs, renewals, answers, answerBytes } = await resting;
    const counts = Object.values(answers);
    const all = counts.reduce((sum, count) => sum + count, 0);
    this.rates.push({
      renewals: (renewals * 1000) / tookMs,
      answers: (Math.min(...counts, all) * 1000) / tookMs,
      bytes: all === 0 ? 0 : answerBytes / all,
    });
    return result;
  }

  end(): Promise<void> {
    return this.child.end();
  }
}

/** The busiest of these nodes over one window, in percent of one core. */
const corePercent = async (nodes: readonly Service[]): Promise<number> => {
  const used = (): Promise<number[]> =>
    Promise.all(nodes.map((node) => processorMs(node.pid as number)));
  const [before, sinceMs] = [await used(), performance.now()];
  await wait(WINDOW_MS);
  const [after, tookMs] = [await used(), performance.now() - sinceMs];
  return Math.max(...after.map((ms, at) => ((ms - (before[at] ?? 0)) * 100) / tookMs));
};

const costOf = async (
  emulator: Emulator,
  nodes: readonly Service[],
  rounds: number,
): Promise<Cost> => {
  emulator.rates = [];
  const idle = (name: string): Contender => ({ name, measure: () => corePercent(nodes) });
  const renewing: Contender = {
    name: RENEWING,
    measure: () => emulator.renewing(() => corePercent(nodes)),
  };
  const samples = await interleave([idle(IDLE), idle(AGAIN), renewing], {
    ...{ rounds, warmUp: WARM_UP, random: Math.random, onRound },
  });
  const of = (name: string): readonly number[] => samples.get(name) ?? [];
  const median = (pick: (rate: (typeof emulator.rates)[number]) => number): number =>
    quantile(emulator.rates.map(pick), 0.5);
  return {
    nodes: nodes.length,
    idle: quantile(of(IDLE), 0.5),
    idle_again: quantile(of(AGAIN), 0.5),
    renewing: quantile(of(RENEWING), 0.5),
    above: quantile(
      of(RENEWING).map((percent, round) => percent - (of(IDLE)[round] ?? NaN)),
      0.5,
    ),
    renewals_per_second: median(({ renewals }) => renewals),
    answers_per_second: median(({ answers }) => answers),
    answer_bytes: median(({ bytes }) => bytes),
  };
};

const profileOf = async (emulator: Emulator, node: Service, dir: string) => {
  await mkdir(dir, { recursive: true });
  await node.stop();
  node.entry = {
    ...mainOf('command-api'),
    env: { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${dir}` },
  };
  await node.start();
  await emulator.renewing(() => wait(PROFILE_MS));
  await node.stop(PROFILE_MS);
  const [file] = (await readdir(dir)).filter((name) => name.endsWith('.cpuprofile'));
  if (file === undefined) throw new Error('the control node left no profile');
  const profile = JSON.parse(await readFile(join(dir, file), 'utf8')) as CpuProfile;
  return sharesOf(profile, subjects, PROFILE_MS);
};

const measured = async (mesh: LabMesh, rounds: number): Promise<RenewalsReport> => {
  const emulator = new Emulator(mesh);
  const [first, second] = mesh.nodes as [Service, Service];
  try {
    await emulator.joined();
    const two = await costOf(emulator, [first, second], rounds);
    await second.stop();
    const one = await costOf(emulator, [first], rounds);
    const profile = await profileOf(emulator, first, join(mesh.dir, 'profile'));
    return { rounds, gateways: GATEWAYS, costs: [one, two], profile, pieces_us: piecesUs() };
  } finally {
    await emulator.end();
  }
};

const percent = (value: number): string => value.toFixed(1);

const tableOfCosts = ({ rounds, gateways, costs, profile, pieces_us }: RenewalsReport): string =>
  [
    `Renewals of ${gateways} gateways every 150 ms, ${rounds} rounds of windows of ${WINDOW_MS / 1000} s`,
    '',
    tableOf(
      [
        'control nodes',
        'idle',
        'idle, again',
        'renewing',
        'above idle',
        'renewals/s',
        'answers/s',
        'bytes',
      ],
      costs.map((cost) => [
        String(cost.nodes),
        ...[cost.idle, cost.idle_again, cost.renewing, cost.above].map((it) => `${percent(it)} %`),
        ...[cost.renewals_per_second, cost.answers_per_second, cost.answer_bytes].map((it) =>
          it.toFixed(0),
        ),
      ]),
    ),
    '',
    tableOf(
      ['busy time of the one node goes into', 'share'],
      profile.map(([name, share]) => [name, `${percent(share * 100)} %`]),
    ),
    '',
    tableOf(
      ['one of them, alone', 'µs'],
      pieces_us.map(([name, us]) => [name, us.toFixed(1)]),
    ),
  ].join('\n');

export const runRenewalsBench = async (settings: Settings): Promise<Outcome> => {
  const rounds = settings.rounds ?? ROUNDS;
  const report = await onLab(({ mesh }) => measured(mesh, rounds));
  const answered = report.costs.every(
    ({ renewals_per_second: asked, answers_per_second: got }) => got >= asked * 0.95,
  );
  return {
    report,
    table: tableOfCosts(report),
    judged: report.costs.map(({ nodes, above }) =>
      judged(
        atMost(
          `renewals of ${GATEWAYS} gateways, ${nodes === 1 ? 'one control node' : 'each of two'}`,
          CORE_PERCENT_MAX,
          '% of a core',
        ),
        above,
      ),
    ),
    void: answered ? tooFew(rounds) : 'not every renewal was answered',
  };
};
