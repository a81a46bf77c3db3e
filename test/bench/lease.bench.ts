import { setTimeout as wait } from 'node:timers/promises';
import { LOG_SUBJECT, type ControlEvent } from '#contracts';
import { judge, type Ask } from '#domain';
import { InMemoryMessaging, InMemoryRawLog } from '#event-store';
import type { GatewayShell } from '#containment';
import { record, systemClock, systemIds } from '#platform';
import { ExampleShells } from '../../libs/containment/src/example/example-shells.js';
import type { Outcome, Settings } from './bench.js';
import { onRound } from './bench.js';
import { atMost, judged, tableOf, tooFew, voidBy } from './judging.js';
import { interleave, quantile, ratioOf, type Contender, type Ratio } from './rounds.js';
import { buildFleet, type Fleet } from './verdict/fleet.js';

/**
 * What the lease adds to each verdict: the question whether the state is proven fresh at this moment, asked of a gateway's own
 * shell that holds a lease from a control node, both in this process; beside the verdict itself, and the two together.
 */
const ROUNDS = 61;
const WARM_UP = 20;
const AGENTS = 1000;
const PASS = 256;
const REPEATS = 64;
const NS_MAX = 1000;
const RENEWAL_MS = 20;

const VERDICT = 'verdict';
const AGAIN = 'verdict, again';
const LEASE = 'lease';
const BOTH = 'lease and verdict';

export interface LeaseReport {
  readonly rounds: number;
  readonly verdict_ns: number;
  readonly lease_ns: number;
  readonly both_ns: number;
  /** The lease over the verdict. */
  readonly share: Ratio;
  readonly control: Ratio;
}

/** A lease in force, and how it is ended. */
const leaseholder = async (): Promise<{ shell: GatewayShell; stop(): Promise<void> }> => {
  const log = new InMemoryRawLog();
  const shells = new ExampleShells({ log, messaging: new InMemoryMessaging() });
  const actor = { kind: 'system', id: 'bench', via: 'bench' } as const;
  const about = { actor, org: null, workspace: null, correlationId: 'bench' };
  const fact = { type: 'LogStarted', data: { incarnation: 'b'.repeat(32) } } as const;
  const started = record(fact, about, systemClock, systemIds) as ControlEvent;
  const text = JSON.stringify(started);
  await log.append({
    ...{ subject: LOG_SUBJECT, text, messageId: started.id },
    expectLastSubjectSequence: 0,
  });
  await shells.node('n1');
  const { shell } = await shells.gateway('g1');
  return { shell, stop: () => shells.stop() };
};

/** Nanoseconds of one, in the median of passes so short that most are not interrupted. */
const timed = (once: (index: number) => boolean): number => {
  const passes = Array.from({ length: REPEATS }, () => {
    let yes = 0;
    const started = process.hrtime.bigint();
    for (let index = 0; index < PASS; index += 1) if (once(index)) yes += 1;
    const took = Number(process.hrtime.bigint() - started);
    if (yes === 0) throw new Error('nothing was admitted');
    return took / PASS;
  });
  return quantile(passes, 0.5);
};

const proven = async (shell: GatewayShell): Promise<void> => {
  await wait(RENEWAL_MS);
  while (!shell.admits()) await wait(RENEWAL_MS);
};

const drawn = (fleet: Fleet): Ask[] =>
  Array.from({ length: PASS }, () => ({
    address: fleet.addresses[Math.floor(Math.random() * fleet.size)]!,
    act: 'send',
    capability: 'intent:email.send.v1',
  }));

const contenders = (shell: GatewayShell, fleet: Fleet): Contender[] => {
  const nowMs = Date.now();
  const verdict = (name: string, isAdmitted: () => boolean): Contender => ({
    name,
    measure: async () => {
      const asks = drawn(fleet);
      return timed((index) => isAdmitted() && judge(fleet.view, asks[index]!, nowMs).allowed);
    },
  });
  return [
    verdict(VERDICT, () => true),
    verdict(AGAIN, () => true),
    verdict(BOTH, () => shell.admits()),
    { name: LEASE, measure: async () => timed(() => shell.admits()) },
  ];
};

const measured = async (rounds: number): Promise<LeaseReport> => {
  const fleet = buildFleet(AGENTS, () => process.memoryUsage().heapUsed);
  const { shell, stop } = await leaseholder();
  try {
    await proven(shell);
    const samples = await interleave(contenders(shell, fleet), {
      ...{ rounds, warmUp: WARM_UP, random: Math.random },
      onRound,
      // The shells renew the lease between two rounds.
      between: () => proven(shell),
    });
    const of = (name: string): readonly number[] => samples.get(name) ?? [];
    return {
      rounds,
      verdict_ns: quantile(of(VERDICT), 0.5),
      lease_ns: quantile(of(LEASE), 0.5),
      both_ns: quantile(of(BOTH), 0.5),
      share: ratioOf(of(LEASE), of(VERDICT)),
      control: ratioOf(of(AGAIN), of(VERDICT)),
    };
  } finally {
    await stop();
  }
};

const tableOfCosts = (report: LeaseReport): string => {
  const [low, high] = report.share.spread.map((value) => value.toFixed(2));
  return [
    `The lease on the hot path, ${AGENTS} agents under 100 stops, ${report.rounds} rounds`,
    '',
    tableOf(
      ['', 'ns'],
      [
        ['verdict', report.verdict_ns.toFixed(0)],
        ['is the state proven fresh?', report.lease_ns.toFixed(0)],
        ['both', report.both_ns.toFixed(0)],
      ],
    ),
    '',
    `the lease is ${report.share.median.toFixed(2)} of the verdict (middle half ${low} to ${high}), ` +
      `control ${report.control.median.toFixed(2)}`,
  ].join('\n');
};

export const runLeaseBench = async (settings: Settings): Promise<Outcome> => {
  const report = await measured(settings.rounds ?? ROUNDS);
  return {
    report,
    table: tableOfCosts(report),
    judged: [judged(atMost('a verdict with its lease, median', NS_MAX, 'ns'), report.both_ns)],
    void: voidBy(report.control.median) ?? tooFew(report.rounds),
  };
};
