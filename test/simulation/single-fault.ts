import { links } from './faults.js';
import type { Mesh } from './mesh.js';
import type { Plan } from './plan.js';
import { CONTAINED_WITHIN_MS, EFFECTIVE_WITHIN_MS } from './checker.js';
import { cut } from './scenarios.js';
import type { Workload } from './workload.js';

type Machine = Mesh['machines'][number];
/** Breaks one thing for a while, and says what it is that something is wrong with. */
type SingleFault = (mesh: Mesh, victim: Machine, forMs: number) => string;

const cutOff: SingleFault = (mesh, { name }, forMs) => {
  for (const other of links(mesh, name)) cut(mesh, [name, other], forMs);
  return `${name} is cut off`;
};

const oneWay: SingleFault = (mesh, { name }, forMs) => {
  const { network, random } = mesh.world;
  const isDeaf = random.chance(0.5);
  for (const other of links(mesh, name))
    if (isDeaf) network.block(other, name, forMs);
    else network.block(name, other, forMs);
  return `${name} is ${isDeaf ? 'deaf' : 'mute'}`;
};

const crash: SingleFault = (mesh, victim, forMs) => {
  victim.crash(mesh.world.random.chance(0.4));
  mesh.noteLostCopies();
  mesh.world.schedule.in(forMs, () => victim.start());
  return `${victim.name} is gone`;
};

const suspended: SingleFault = (_mesh, { machine, name }, forMs) => {
  machine.suspend(forMs);
  return `${name} is suspended`;
};

const stalled: SingleFault = ({ world }, { name }, forMs) => {
  world.log.stall(name, forMs);
  return `the consumer of ${name} stalls`;
};

const clockSteps: SingleFault = ({ world }, { machine, name }) => {
  machine.stepWallClock(world.random.pick([-5_000, 300, 3_600]));
  return `the wall clock of ${name} steps`;
};

const ofMachines: readonly SingleFault[] = [cutOff, oneWay, crash, suspended, stalled, clockSteps];

/** The one fault of this history. Returns what nothing is wrong with. */
const strike = (mesh: Mesh, forMs: number): ReadonlySet<string> => {
  const { random, history, log } = mesh.world;
  const all = mesh.machines.map(({ name }) => name);
  if (random.chance(0.3)) {
    log.loseLeader(forMs);
    history.note('fault', 'the log has no leader');
    return new Set(all);
  }
  const isAlone = (machine: Machine): boolean =>
    mesh.nodes.length === 1 && mesh.nodes.some((node) => node === machine);
  const victim = random.pick(mesh.machines.filter((machine) => !isAlone(machine)));
  history.note('fault', random.pick(ofMachines)(mesh, victim, forMs));
  return new Set(all.filter((name) => name !== victim.name));
};

/** Under one fault, stops are in force at once wherever nothing is wrong, and there nothing else stands still (I8). */
export const singleFault = (mesh: Mesh, workload: Workload): Plan => {
  const { random, schedule, network, log, checker } = mesh.world;
  network.isLossless = true;
  log.hang(0);
  mesh.start();
  workload.startRequests();
  const at = random.between(2_200, 3_000);
  const forMs = random.between(4_000, 9_000);
  schedule.at(at, () => {
    mesh.healthy = strike(mesh, forMs);
    mesh.world.disturbedUntil(at + forMs);
  });
  for (let next = at + 10; next < at + forMs; next += random.between(200, 900)) {
    schedule.at(next, () => {
      const node = mesh.nodes.find(({ name }) => mesh.healthy.has(name));
      const orderId = node && workload.order({ kind: 'agent', node: node.name });
      if (!orderId) return;
      schedule.in(EFFECTIVE_WITHIN_MS, () => {
        for (const gateway of mesh.gateways)
          if (mesh.healthy.has(gateway.name))
            checker.mustBeEffective(orderId, gateway.name, gateway.holds(orderId));
      });
      mustBeContained(mesh, orderId, node.name);
    });
  }
  return { faultsEndMs: at + forMs };
};

// A second after it was stored, but only where the log is read and its issuer was ready.
const mustBeContained = (mesh: Mesh, orderId: string, issuer: string): void => {
  const { schedule, checker, log } = mesh.world;
  const isReady = (): boolean =>
    mesh.nodes.some(({ name, isReadyMember }) => name === issuer && isReadyMember);
  const look = (): void => {
    if (mesh.isHealing || !log.hasLeader) return;
    const committedAtMs = checker.story(orderId)?.committedAtMs ?? schedule.nowMs;
    const dueInMs = committedAtMs + CONTAINED_WITHIN_MS - schedule.nowMs;
    if (dueInMs > 0) schedule.in(dueInMs + 1, look);
    else if (isReady()) checker.mustBeContainedInTime(orderId);
  };
  schedule.in(CONTAINED_WITHIN_MS, look);
};
