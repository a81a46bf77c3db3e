import type { Mesh } from './mesh.js';
import type { Workload } from './workload.js';

/** Breaks something, says what, and until when at most. */
type Fault = (mesh: Mesh, endMs: number) => { readonly what: string; readonly forMs: number };

/** Everything that a machine can be cut off from. */
export const links = (mesh: Mesh, name: string): string[] =>
  [...mesh.machines.map((machine) => machine.name), 'log'].filter((other) => other !== name);

const restartLater = (mesh: Mesh, process: Mesh['machines'][number], endMs: number): number => {
  const { schedule, random } = mesh.world;
  const wished = random.chance(0.5) ? random.between(5, 300) : random.between(300, 6_000);
  const downMs = Math.max(0, Math.min(wished, endMs - schedule.nowMs));
  schedule.in(downMs, () => process.start());
  return downMs;
};

/** Also before the next one has delivered anything. */
export const recreateOften = ({ world }: Mesh, name: string): void => {
  const { log, schedule, random } = world;
  log.recreateConsumer(name);
  for (let count = random.whole(0, 4); count > 0; count -= 1)
    schedule.in(random.between(0, 150), () => log.recreateConsumer(name));
};

const crash: Fault = (mesh, endMs) => {
  const { random } = mesh.world;
  const process = random.pick(mesh.machines);
  process.crash(random.chance(0.25));
  mesh.noteLostCopies();
  return { what: `crash of ${process.name}`, forMs: restartLater(mesh, process, endMs) };
};

const leave: Fault = (mesh, endMs) => {
  const process = mesh.world.random.pick(mesh.machines);
  process.leave();
  mesh.noteLostCopies();
  return { what: `${process.name} ends cleanly`, forMs: restartLater(mesh, process, endMs) };
};

const forMs = (mesh: Mesh, endMs: number, most: number): number => {
  const { random, schedule } = mesh.world;
  const long = random.chance(0.3) ? most : most / 6;
  return Math.max(0, Math.min(random.between(20, long), endMs - schedule.nowMs));
};

const pause: Fault = (mesh, endMs) => {
  const { machine, name } = mesh.world.random.pick(mesh.machines);
  const ms = forMs(mesh, endMs, 6_000);
  machine.pause(ms);
  return { what: `${name} stands still for ${ms.toFixed(0)} ms`, forMs: ms };
};

const suspend: Fault = (mesh, endMs) => {
  const { machine, name } = mesh.world.random.pick(mesh.machines);
  const ms = forMs(mesh, endMs, 6_000);
  machine.suspend(ms);
  return { what: `${name} is suspended for ${ms.toFixed(0)} ms`, forMs: ms };
};

const cutOff: Fault = (mesh, endMs) => {
  const { random, network } = mesh.world;
  const { name } = random.pick(mesh.machines);
  const ms = forMs(mesh, endMs, 9_000);
  const way = random.pick(['both', 'both', 'in', 'out']);
  for (const other of links(mesh, name)) {
    if (way !== 'in') network.block(name, other, ms);
    if (way !== 'out') network.block(other, name, ms);
  }
  return { what: `${name} is cut off (${way}) for ${ms.toFixed(0)} ms`, forMs: ms };
};

const cutLink: Fault = (mesh, endMs) => {
  const { random, network } = mesh.world;
  const { name } = random.pick(mesh.machines);
  const other = random.pick(links(mesh, name));
  const ms = forMs(mesh, endMs, 9_000);
  network.block(name, other, ms);
  if (random.chance(0.6)) network.block(other, name, ms);
  return { what: `link ${name}-${other} is cut for ${ms.toFixed(0)} ms`, forMs: ms };
};

const slow: Fault = (mesh, endMs) => {
  const { random, network } = mesh.world;
  const { name } = random.pick(mesh.machines);
  const slowness = { byMs: random.between(20, 900), forMs: forMs(mesh, endMs, 9_000) };
  for (const other of links(mesh, name)) {
    network.slow(name, other, slowness);
    network.slow(other, name, slowness);
  }
  return { what: `${name} is slow by ${slowness.byMs.toFixed(0)} ms`, forMs: slowness.forMs };
};

const leaderLost: Fault = (mesh, endMs) => {
  const { random, log, schedule } = mesh.world;
  const ms = Math.min(random.between(4_000, 9_000), endMs - schedule.nowMs);
  log.loseLeader(ms);
  return { what: `the log has no leader for ${ms.toFixed(0)} ms`, forMs: ms };
};

const stalled: Fault = (mesh, endMs) => {
  const { random, log } = mesh.world;
  const { name } = random.pick(mesh.machines);
  const ms = forMs(mesh, endMs, 9_000);
  log.stall(name, ms);
  return { what: `the consumer of ${name} stalls for ${ms.toFixed(0)} ms`, forMs: ms };
};

const recreated: Fault = (mesh) => {
  const { name } = mesh.world.random.pick(mesh.machines);
  recreateOften(mesh, name);
  return { what: `the consumer of ${name} is recreated in silence`, forMs: 500 };
};

const hanging: Fault = (mesh, endMs) => {
  const { log, schedule, random } = mesh.world;
  const ms = forMs(mesh, endMs, 6_000);
  log.hang(random.between(0.1, 0.6));
  schedule.in(ms, () => log.hang(0.01));
  return { what: `appends hang for ${ms.toFixed(0)} ms`, forMs: ms + 4_000 };
};

const stale: Fault = (mesh, endMs) => {
  const ms = forMs(mesh, endMs, 6_000);
  mesh.world.log.goStale(ms);
  return { what: `a deposed leader answers reads for ${ms.toFixed(0)} ms`, forMs: ms };
};

const clockStep: Fault = (mesh) => {
  const { random } = mesh.world;
  const { machine, name } = random.pick(mesh.machines);
  const by = random.pick([-5_000, -200, 30, 400, 3_600]);
  machine.stepWallClock(by);
  return { what: `the wall clock of ${name} steps by ${by} ms`, forMs: 0 };
};

const faults: readonly Fault[] = [
  crash,
  crash,
  pause,
  suspend,
  cutOff,
  cutOff,
  cutLink,
  cutLink,
  slow,
  leaderLost,
  stalled,
  recreated,
  hanging,
  stale,
  leave,
  clockStep,
];

const happens = (mesh: Mesh, fault: Fault, endMs: number): void => {
  const { what, forMs } = fault(mesh, endMs);
  mesh.world.disturbedUntil(mesh.world.schedule.nowMs + forMs);
  mesh.world.history.note('fault', what);
};

/** Single faults at seeded times; an order goes out close to some of them, for that is where bugs live. */
export const scheduleFaults = (mesh: Mesh, workload: Workload, endMs: number): void => {
  const { schedule, random } = mesh.world;
  const count = random.pick([0, 1, 2, 4, 8, 16]);
  for (let index = 0; index < count; index += 1) {
    const at = random.between(1_000, endMs);
    const fault = random.pick(faults);
    schedule.at(at, () => happens(mesh, fault, endMs));
    if (random.chance(0.4)) {
      schedule.at(
        at + random.between(-20, 300),
        () => void workload.order({ kind: random.pick(['agent', 'tag']) }),
      );
    }
  }
};
