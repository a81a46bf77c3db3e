import { InvariantError } from '#domain';
import { scheduleFaults } from './faults.js';
import type { Happening, Violation } from './history.js';
import { judgeClosed, judgeConsistent, judgeContained } from './judgements.js';
import { replaced, rolledBack, staleLeader } from './log-scenarios.js';
import { Mesh } from './mesh.js';
import type { Plan } from './plan.js';
import { blindNode, lateJoiner, removedIssuer } from './join-scenarios.js';
import { leaves, removal, twins } from './membership-scenarios.js';
import { loneCopy, loneCrash } from './copy-scenarios.js';
import { oldGateway, optOut } from './choice-scenarios.js';
import { partialViews } from './partial-views.js';
import { edge, quiet } from './scenarios.js';
import { missedRestore, restoredBackup } from './restore-scenarios.js';
import { singleFault } from './single-fault.js';
import { deafMesh, lostConsumer, narrowView, onePart } from './view-scenarios.js';
import { WELL_AFTER_MS, World } from './world.js';
import { Workload } from './workload.js';

export interface Outcome {
  readonly seed: number;
  readonly scenario: string;
  readonly simulatedMs: number;
  readonly violations: readonly Violation[];
  readonly happenings: readonly Happening[];
  readonly fingerprint: number;
  /** What the history exercised, so that an empty one cannot pass for proof. */
  readonly orders: number;
  readonly contained: number;
}

type Scenario = (mesh: Mesh, workload: Workload) => Plan;

/** Single faults, any of them, at any time. */
const manyFaults: Scenario = (mesh, workload) => {
  const { random, network } = mesh.world;
  const faultsEndMs = random.between(3_000, 16_000);
  network.pushLoss = random.pick([0, 0, 0.5, 1]);
  mesh.start();
  workload.start(faultsEndMs);
  scheduleFaults(mesh, workload, faultsEndMs);
  return { faultsEndMs };
};

/** With their weights. */
const scenarios: readonly (readonly [name: string, weight: number, scenario: Scenario])[] = [
  ['many faults', 12, manyFaults],
  ['partial views', 10, partialViews],
  ['a narrow view', 16, narrowView],
  ['one part of an answer', 3, onePart],
  ['a deaf mesh', 3, deafMesh],
  ['a lost consumer', 4, lostConsumer],
  ['a single fault', 8, singleFault],
  ['a deposed leader', 5, staleLeader],
  ['a log rolled back', 8, rolledBack],
  ['a log replaced', 5, replaced],
  ['a log restored', 5, restoredBackup],
  ['a restore that was missed', 2, missedRestore],
  ['a late node', 6, lateJoiner],
  ['a blind node', 3, blindNode],
  ['a removed issuer', 2, removedIssuer],
  ['a lone crash', 2, loneCrash],
  ['a lone copy', 5, loneCopy],
  ['an edge of the lease', 6, edge],
  ['a removed gateway', 4, removal],
  ['twins', 5, twins],
  ['clean leaves', 3, leaves],
  ['an opted-out namespace', 5, optOut],
  ['an old gateway', 4, oldGateway],
  ['nothing broken', 2, quiet],
];

const choose = (share: number): (typeof scenarios)[number] => {
  let left = share * scenarios.reduce((sum, [, weight]) => sum + weight, 0);
  for (const scenario of scenarios) {
    left -= scenario[1];
    if (left < 0) return scenario;
  }
  return scenarios[0] as (typeof scenarios)[number];
};

const OBSERVED_MS = 600;
/** Then whatever was ordered has had the time to be handed over and appended by somebody. */
const KEPT_AFTER_MS = 9_000;

const heal = (mesh: Mesh): void => {
  const { history, network, log } = mesh.world;
  mesh.isHealing = true;
  mesh.healthy = new Set();
  history.note('fault', 'all faults end');
  network.heal();
  log.heal();
  for (const process of mesh.machines) process.start();
};

const run = (mesh: Mesh, workload: Workload, plan: Plan): void => {
  const { schedule, checker, log } = mesh.world;
  const { faultsEndMs, wellAfterMs = WELL_AFTER_MS, keptAfterMs = KEPT_AFTER_MS } = plan;
  schedule.runUntil(faultsEndMs);
  heal(mesh);
  schedule.runUntil(faultsEndMs + wellAfterMs);
  if (!plan.isClosed) judgeConsistent(mesh);
  schedule.runUntil(faultsEndMs + wellAfterMs + OBSERVED_MS);
  workload.stop();
  schedule.runUntil(faultsEndMs + keptAfterMs);
  if (plan.isClosed) return judgeClosed(mesh);
  judgeConsistent(mesh);
  judgeContained(mesh);
  checker.checkKept();
  for (const reader of mesh.machines) reader.judgeFold(log.lasting());
};

/** One seed, one history. */
export const simulate = (seed: number, keepNotes = false): Outcome => {
  const world = new World(seed, keepNotes);
  const mesh = new Mesh(world);
  const workload = new Workload(mesh);
  const { schedule, history, checker } = world;
  const [scenario, , begin] = choose(world.random.fraction());
  try {
    run(mesh, workload, begin(mesh, workload));
  } catch (error) {
    // The protocol's own assertions are invariants, too; anything else is a fault of the simulation.
    if (!(error instanceof InvariantError)) throw error;
    history.violated('assertion', error.message);
  }
  const orders = [...checker.orders];
  return {
    seed,
    scenario,
    simulatedMs: schedule.nowMs,
    violations: history.violations,
    happenings: history.happenings,
    fingerprint: history.fingerprint,
    orders: orders.length,
    contained: orders.filter(({ contained }) => contained !== null).length,
  };
};
