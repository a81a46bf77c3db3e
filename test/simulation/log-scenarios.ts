import { FIRST_INCARNATION, type Mesh } from './mesh.js';
import type { Plan } from './plan.js';
import { cut } from './scenarios.js';
import { TAGGED } from './world.js';
import type { Workload } from './workload.js';

const SECOND = 'second-incarnation';

/** Two operators say that the log that is there goes on for the one that was. */
const restore = ({ world }: Mesh, names: { readonly old: string; readonly new: string }): void => {
  const request = {
    kind: 'append',
    ref: 'restored',
    subject: 'log',
    expect: null,
    fact: { kind: 'log-restored', ...names },
  } as const;
  const append = (): void =>
    world.log.append('operator', request, ({ outcome }) => {
      if (outcome !== 'stored') append();
    });
  append();
};

/** Restored or not, by chance: what must be so in the end. */
const ending = (mesh: Mesh, atMs: number, isRestored: boolean): Plan => {
  mesh.world.disturbedUntil(isRestored ? atMs + 16_000 : Infinity);
  return isRestored
    ? { faultsEndMs: atMs, wellAfterMs: 16_000, keptAfterMs: 26_000 }
    : { faultsEndMs: atMs, isClosed: true };
};

/** Nodes are started again around the loss: what they knew of the old end is gone with their memory. */
const restartNodes = (mesh: Mesh): void => {
  const { random, schedule } = mesh.world;
  const isForgetful = random.chance(0.6);
  for (const node of mesh.nodes) {
    if (!isForgetful && !random.chance(0.3)) continue;
    node.crash(random.chance(0.1));
    schedule.in(random.between(5, 300), () => node.start());
  }
  mesh.noteLostCopies();
};

/** The log loses its tail, and grows again: past what somebody has read who was away meanwhile. */
export const rolledBack = (mesh: Mesh, workload: Workload): Plan => {
  const { random, schedule, log, network } = mesh.world;
  const [away] = mesh.gateways;
  mesh.start();
  const at = random.between(2_500, 4_000);
  const endMs = at + random.between(5_000, 8_000);
  const isRestored = random.chance(0.6);
  workload.start(at - 300);
  network.pushLoss = random.pick([0, 1]);
  const awayMs = random.between(800, 4_000);
  schedule.at(at, () => {
    if (away !== undefined) {
      cut(mesh, [away.name, 'log'], awayMs);
      for (const node of mesh.nodes) cut(mesh, [away.name, node.name], awayMs);
    }
    restartNodes(mesh);
    log.rollBack(Math.max(1, log.sequence - random.whole(1, 40)));
  });
  for (let count = random.whole(1, 3); count > 0; count -= 1)
    schedule.at(at + random.between(100, 3_000), () => {
      if (random.chance(0.4)) workload.tag(random.pick(TAGGED), 400);
      workload.order({ kind: random.pick(['agent', 'agent', 'tag']) });
    });
  for (let count = 0; count < 40; count += 1)
    schedule.at(at + random.between(100, awayMs), () => workload.tag('other', 400));
  schedule.at(at + awayMs, () => {
    for (const gateway of mesh.gateways) workload.hammer(gateway, { forMs: 2_500, everyMs: 10 });
  });
  if (isRestored)
    schedule.at(endMs - 100, () => restore(mesh, { old: FIRST_INCARNATION, new: SECOND }));
  return ending(mesh, endMs, isRestored);
};

/** The stream is emptied, or deleted and made anew: everybody notices, and nobody takes it for "nothing is stopped". */
export const replaced = (mesh: Mesh, workload: Workload): Plan => {
  const { random, schedule, log } = mesh.world;
  mesh.start();
  const at = random.between(2_500, 4_000);
  const endMs = at + random.between(3_000, 6_000);
  const isEmptied = random.chance(0.4);
  const isRestored = random.chance(0.6);
  workload.start(at - 300);
  schedule.at(at, () => {
    if (isEmptied) {
      log.empty();
      // Readers refuse what does not begin with its first event: the cure is a stream made anew.
      schedule.in(random.between(300, 2_000), () => log.replace(SECOND));
    } else log.replace(SECOND);
    for (const process of mesh.machines) {
      if (!random.chance(0.4)) continue;
      process.crash(random.chance(0.1));
      schedule.in(random.between(5, 900), () => process.start());
    }
    mesh.noteLostCopies();
    for (const gateway of mesh.gateways) workload.hammer(gateway, { forMs: 3_000, everyMs: 10 });
  });
  for (let count = random.whole(0, 2); count > 0; count -= 1)
    schedule.at(at + random.between(100, 2_500), () => void workload.order({ kind: 'agent' }));
  if (isRestored)
    schedule.at(endMs - 100, () => restore(mesh, { old: FIRST_INCARNATION, new: SECOND }));
  return ending(mesh, endMs, isRestored);
};

/** A deposed leader answers reads, appends hang and are stored late, and whoever is started reads an old end. */
export const staleLeader = (mesh: Mesh, workload: Workload): Plan => {
  const { random, schedule, log } = mesh.world;
  mesh.start();
  const faultsEndMs = random.between(7_000, 11_000);
  workload.start(faultsEndMs);
  mesh.world.disturbedUntil(faultsEndMs);
  for (let at = random.between(1_200, 2_000); at < faultsEndMs - 2_500; at += 2_600) {
    const forMs = random.between(800, 2_400);
    schedule.at(at, () => {
      log.goStale(forMs);
      log.hang(random.pick([0.01, 0.3]));
      if (random.chance(0.5)) log.loseLeader(forMs * random.fraction());
      for (const gateway of mesh.gateways) workload.hammer(gateway, { forMs, everyMs: 10 });
    });
    schedule.at(at + random.between(10, 400), () => void workload.order({ kind: 'agent' }));
    for (const process of mesh.machines) {
      if (!random.chance(0.4)) continue;
      schedule.at(at + random.between(0, forMs), () => {
        process.crash(random.chance(0.3));
        mesh.noteLostCopies();
        process.start();
      });
    }
  }
  schedule.at(faultsEndMs - 1, () => log.hang(0.01));
  return { faultsEndMs };
};
