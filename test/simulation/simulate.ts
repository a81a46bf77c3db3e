import { InvariantError } from '#domain';
import { RELAXED_MS } from './checker.js';
import { scheduleFaults } from './faults.js';
import type { Happening, Violation } from './history.js';
import { replaced, rolledBack, staleLeader } from './log-scenarios.js';
import { Mesh } from './mesh.js';
import type { Plan } from './plan.js';
import {
  blindNode,
  edge,
  lateJoiner,
  loneCrash,
  partialViews,
  quiet,
  removal,
  twins,
} from './scenarios.js';
import { restoredBackup } from './restore-scenarios.js';
import { singleFault } from './single-fault.js';
import {
  deafMesh,
  leaves,
  loneCopy,
  lostConsumer,
  narrowView,
  oldGateway,
  onePart,
  optOut,
} from './view-scenarios.js';
import { AGENTS, LAX, WELL_AFTER_MS, World } from './world.js';
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
  ['a late node', 6, lateJoiner],
  ['a blind node', 3, blindNode],
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

/** Every gateway answers as the log has it, for every agent that nothing has changed for. */
const judgeConsistent = (mesh: Mesh): void => {
  const { checker, schedule } = mesh.world;
  const sinceMs = schedule.nowMs - RELAXED_MS;
  for (const gateway of mesh.gateways) {
    for (const agent of AGENTS) {
      const stopped = checker.stories.isStopped(agent, { sinceMs });
      if (stopped === null || gateway.isTooOld) continue;
      const [answer, expected] = [gateway.request(agent, 0), stopped ? 'refused' : 'admitted'];
      if (answer !== expected)
        checker.broken('I5', `${gateway.name}: ${agent} is ${answer}, not ${expected}`);
    }
  }
};

/** Every stop that stands is contained, as long as some node is ready to say so. */
const judgeContained = (mesh: Mesh): void => {
  const { checker } = mesh.world;
  const ready = mesh.nodes.filter(({ isReadyMember }) => isReadyMember);
  if (ready.length === 0) return;
  for (const { orderId, sequence, liftedAtMs, plan } of checker.orders) {
    if (sequence === null || liftedAtMs !== null || plan.agents.includes(LAX)) continue;
    if (!ready.some((node) => node.isContained(orderId)))
      checker.broken('I5', `${orderId} stands, and no ready node finds it contained`);
  }
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
  if (plan.isClosed) return;
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
