import { InvariantError } from '#domain';
import { scheduleFaults } from './faults.js';
import {
  scheduleEdge,
  scheduleLateJoiner,
  scheduleLoneCrash,
  schedulePartialViews,
  scheduleRemoval,
} from './scenarios.js';
import type { Happening, Violation } from './history.js';
import { Mesh } from './mesh.js';
import { World } from './world.js';
import { Workload } from './workload.js';

export interface Outcome {
  readonly seed: number;
  readonly simulatedMs: number;
  readonly violations: readonly Violation[];
  readonly happenings: readonly Happening[];
  readonly fingerprint: number;
  /** What the history exercised, so that an empty one cannot pass for proof. */
  readonly orders: number;
  readonly contained: number;
}

/** Everything is well again so long after the last fault ended: I5. */
const WELL_AFTER_MS = 2_000;
const OBSERVED_MS = 600;
/** Then whatever was ordered has had the time to be appended by somebody. */
const KEPT_AFTER_MS = 8_000;

const heal = (mesh: Mesh): void => {
  mesh.isHealing = true;
  mesh.world.history.note('fault', 'all faults end');
  mesh.world.network.heal();
  mesh.world.log.heal();
  for (const process of mesh.machines) process.start();
};

const judgeHealed = (mesh: Mesh): void => {
  const { history, checker } = mesh.world;
  if (checker.logLost) return;
  for (const [name, { fenced, answered }] of mesh.afterHealing) {
    if (fenced > 0)
      history.violated('I5', `${name} still answers 503 (${fenced} of ${fenced + answered})`);
  }
};

const judgeConsistent = (mesh: Mesh): void => {
  const { history, checker } = mesh.world;
  if (checker.logLost) return;
  const isUnclear = [...checker.orders].some(({ committedAtMs }) => committedAtMs === null);
  for (const gateway of mesh.gateways) {
    for (const agent of ['target', 'other', 'healthy']) {
      const answer = gateway.request(agent, 0);
      const expected = checker.isStopped(agent) ? 'refused' : 'admitted';
      if (answer !== expected && !isUnclear) {
        history.violated('I5', `${gateway.name}: ${agent} is ${answer}, not ${expected}`);
      }
    }
  }
};

const run = (mesh: Mesh, workload: Workload, faultsEndMs: number): void => {
  const { schedule, checker, hasOneFault } = mesh.world;
  schedule.runUntil(faultsEndMs);
  heal(mesh);
  schedule.runUntil(faultsEndMs + WELL_AFTER_MS);
  mesh.mustBeWell = true;
  schedule.runUntil(faultsEndMs + WELL_AFTER_MS + OBSERVED_MS);
  judgeHealed(mesh);
  mesh.mustBeWell = false;
  workload.stop();
  schedule.runUntil(faultsEndMs + (hasOneFault ? 2 : 1) * KEPT_AFTER_MS);
  judgeConsistent(mesh);
  checker.checkKept();
};

/** Chooses what this history is about; returns when its faults end, in milliseconds. */
const begin = (mesh: Mesh, workload: Workload): number => {
  const { random, network } = mesh.world;
  network.pushLoss = random.pick([0, 0, 0.5, 1]);
  const shortMs = random.between(3_000, 16_000);
  const longMs = random.between(62_000, 90_000);
  const isLong = random.chance(0.4);
  const kind = random.fraction();
  if (kind < 0.08 && mesh.nodes.length === 2) {
    const endMs = isLong ? longMs : shortMs;
    mesh.start(mesh.nodes[1]);
    scheduleLateJoiner(mesh, workload, endMs);
    return endMs;
  }
  mesh.start();
  if (kind < 0.11) {
    scheduleLoneCrash(mesh, workload);
    return shortMs;
  }
  workload.start(shortMs);
  if (kind < 0.18) return scheduleRemoval(mesh, workload);
  if (kind < 0.27) scheduleEdge(mesh, workload);
  else if (kind < 0.7) schedulePartialViews(mesh, workload, shortMs);
  else scheduleFaults(mesh, workload, shortMs);
  return shortMs;
};

/** One seed, one history. */
export const simulate = (seed: number, keepNotes = false): Outcome => {
  const world = new World(seed, keepNotes);
  const mesh = new Mesh(world);
  const workload = new Workload(mesh);
  const { schedule, history, checker } = world;
  const faultsEndMs = begin(mesh, workload);
  try {
    run(mesh, workload, faultsEndMs);
  } catch (error) {
    // The protocol's own assertions are invariants, too; anything else is a fault of the simulation.
    if (!(error instanceof InvariantError)) throw error;
    history.violated('assertion', error.message);
  }
  const orders = [...checker.orders];
  return {
    seed,
    simulatedMs: schedule.nowMs,
    violations: history.violations,
    happenings: history.happenings,
    fingerprint: history.fingerprint,
    orders: orders.length,
    contained: orders.filter(({ containedAtMs }) => containedAtMs !== null).length,
  };
};
