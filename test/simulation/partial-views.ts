import { recreateOften } from './faults.js';
import type { Mesh } from './mesh.js';
import type { Plan } from './plan.js';
import { cut } from './scenarios.js';
import { TAGGED } from './world.js';
import type { Workload } from './workload.js';

const blindNodes = (mesh: Mesh, forMs: number): void => {
  const { random, schedule, log, network } = mesh.world;
  for (const { name, machine } of mesh.nodes) {
    const share = random.fraction();
    if (share < 0.3) {
      const stalledMs = random.between(0.2, 1) * forMs;
      log.stall(name, stalledMs);
      if (random.chance(0.4))
        schedule.in(stalledMs * random.fraction(), () => recreateOften(mesh, name));
    } else if (share < 0.5) network.slow('log', name, { byMs: 900, forMs });
    else if (share < 0.65) cut(mesh, [name, 'log'], forMs);
    if (share < 0.2) machine.suspend(random.between(0.1, 0.8) * forMs);
  }
};

const narrowGateways = (mesh: Mesh, forMs: number): void => {
  const { random, schedule, log } = mesh.world;
  for (const { name } of mesh.gateways) {
    if (random.chance(0.7)) cut(mesh, [name, 'log'], forMs);
    else if (random.chance(0.3)) {
      log.stall(name, forMs / 2);
      schedule.in(forMs / 3, () => recreateOften(mesh, name));
    }
    const only = random.chance(0.5) ? random.pick(mesh.nodes) : null;
    for (const node of mesh.nodes) {
      const isCut = only === null ? random.chance(0.3) : node !== only;
      const from = random.between(0, forMs / 2);
      if (isCut) schedule.in(from, () => cut(mesh, [name, node.name], forMs - from));
    }
  }
};

const crashSome = (mesh: Mesh, forMs: number): void => {
  const { random, schedule } = mesh.world;
  for (const process of mesh.machines) {
    if (!random.chance(0.2)) continue;
    const at = random.between(0, forMs);
    schedule.in(at, () => {
      process.crash(random.chance(0.5));
      mesh.noteLostCopies();
    });
    schedule.in(at + random.between(1, 500), () => process.start());
  }
};

/** Stops follow close upon each other, upon tags, and upon large events that do not fit one answer. */
const stopOften = (mesh: Mesh, workload: Workload, forMs: number): void => {
  const { random, schedule } = mesh.world;
  for (let count = random.whole(1, 4); count > 0; count -= 1) {
    schedule.in(random.between(0, forMs), () => {
      if (random.chance(0.3)) for (let n = 0; n < 6; n += 1) workload.tag('other', 150_000);
      const kind = random.pick(['agent', 'tag'] as const);
      if (kind === 'tag' && random.chance(0.5)) workload.tag(random.pick(TAGGED), 400);
      schedule.in(random.between(0, 60), () => void workload.order({ kind }));
    });
  }
};

/** Nobody sees all: gateways reach a node or two, nodes read an old log, and pushes may all be lost. */
export const partialViews = (mesh: Mesh, workload: Workload): Plan => {
  const { random, schedule, log } = mesh.world;
  const endMs = random.between(3_000, 16_000);
  mesh.start();
  workload.start(endMs);
  mesh.world.disturbedUntil(endMs);
  const window = (): void => {
    const forMs = Math.min(random.between(800, 3_000), endMs - schedule.nowMs);
    if (forMs < 300) return;
    if (random.chance(0.4)) log.loseLeader(random.between(0.1, 0.7) * forMs);
    if (random.chance(0.3)) recreateOften(mesh, random.pick(mesh.machines).name);
    blindNodes(mesh, forMs);
    narrowGateways(mesh, forMs);
    crashSome(mesh, forMs);
    stopOften(mesh, workload, forMs);
    for (const gateway of mesh.gateways)
      workload.hammer(gateway, { forMs: forMs + 400, everyMs: 8 });
    schedule.in(forMs + random.between(100, 1_500), window);
  };
  schedule.in(random.between(1_000, 2_500), window);
  return { faultsEndMs: endMs };
};
