import type { Mesh } from './mesh.js';
import type { Workload } from './workload.js';

type Fault = (mesh: Mesh, endMs: number) => string;

/** Everything that a machine can be cut off from. */
export const links = (mesh: Mesh, name: string): string[] =>
  [...mesh.machines.map((machine) => machine.name), 'log'].filter((other) => other !== name);

const restartLater = (mesh: Mesh, process: Mesh['machines'][number], endMs: number): void => {
  const { schedule, random } = mesh.world;
  const down = random.chance(0.5) ? random.between(5, 300) : random.between(300, 6_000);
  schedule.at(Math.min(schedule.nowMs + down, endMs), () => process.start());
};

const crash: Fault = (mesh, endMs) => {
  const { random } = mesh.world;
  const process = random.pick(mesh.machines);
  process.crash(random.chance(0.25));
  restartLater(mesh, process, endMs);
  return `crash of ${process.name}`;
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
  return `${name} stands still for ${ms.toFixed(0)} ms`;
};

const suspend: Fault = (mesh, endMs) => {
  const { machine, name } = mesh.world.random.pick(mesh.machines);
  const ms = forMs(mesh, endMs, 6_000);
  machine.suspend(ms);
  return `${name} is suspended for ${ms.toFixed(0)} ms`;
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
  return `${name} is cut off (${way}) for ${ms.toFixed(0)} ms`;
};

const cutLink: Fault = (mesh, endMs) => {
  const { random, network } = mesh.world;
  const { name } = random.pick(mesh.machines);
  const other = random.pick(links(mesh, name));
  const ms = forMs(mesh, endMs, 9_000);
  network.block(name, other, ms);
  if (random.chance(0.6)) network.block(other, name, ms);
  return `link ${name}-${other} is cut for ${ms.toFixed(0)} ms`;
};

const slow: Fault = (mesh, endMs) => {
  const { random, network } = mesh.world;
  const { name } = random.pick(mesh.machines);
  const slowness = { byMs: random.between(20, 900), forMs: forMs(mesh, endMs, 9_000) };
  for (const other of links(mesh, name)) {
    network.slow(name, other, slowness);
    network.slow(other, name, slowness);
  }
  return `${name} is slow by ${slowness.byMs.toFixed(0)} ms`;
};

const leaderLost: Fault = (mesh, endMs) => {
  const { random, log, schedule } = mesh.world;
  const ms = Math.min(random.between(4_000, 9_000), endMs - schedule.nowMs);
  log.loseLeader(ms);
  return `the log has no leader for ${ms.toFixed(0)} ms`;
};

const stalled: Fault = (mesh, endMs) => {
  const { random, log } = mesh.world;
  const { name } = random.pick(mesh.machines);
  const ms = forMs(mesh, endMs, 9_000);
  log.stall(name, ms);
  return `the consumer of ${name} stalls for ${ms.toFixed(0)} ms`;
};

const recreated: Fault = (mesh) => {
  const { name } = mesh.world.random.pick(mesh.machines);
  mesh.world.log.recreateConsumer(name);
  return `the consumer of ${name} is recreated in silence`;
};

const clockStep: Fault = (mesh) => {
  const { random } = mesh.world;
  const { machine, name } = random.pick(mesh.machines);
  const by = random.pick([-5_000, -200, 30, 400, 3_600]);
  machine.stepWallClock(by);
  return `the wall clock of ${name} steps by ${by} ms`;
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
  clockStep,
];

const happens = (mesh: Mesh, fault: Fault, endMs: number): void => {
  mesh.world.history.note('fault', fault(mesh, endMs));
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
        () => void workload.order(random.pick(['agent', 'tag'])),
      );
    }
  }
};
