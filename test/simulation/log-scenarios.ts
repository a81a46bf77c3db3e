import type { Mesh } from './mesh.js';
import type { Plan } from './plan.js';
import { ending, orderInDoubt, restore, SECOND } from './restores.js';
import { cut } from './scenarios.js';
import { TAGGED } from './world.js';
import type { Workload } from './workload.js';

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

/** A node that reads nothing, but still appends, must notice by its own echoes that the log has lost its end. */
const deafenNodes = (mesh: Mesh, forMs: number): void => {
  const { schedule, log, checker } = mesh.world;
  for (const { name } of mesh.nodes) log.stall(name, forMs);
  schedule.in(1_500, () => {
    for (const node of mesh.nodes)
      if (node.isReadyMember)
        checker.broken('I4', `${node.name} is still ready, and its log is gone`);
  });
};

const slowRenewals = (
  { world, gateways, nodes }: Mesh,
  { fromMs, forMs }: { readonly fromMs: number; readonly forMs: number },
): void => {
  const { schedule, network, random } = world;
  schedule.at(fromMs, () => {
    for (const gateway of gateways)
      for (const node of nodes)
        network.slow(gateway.name, node.name, { byMs: random.between(80, 300), forMs });
  });
};

/** Exactly one event is lost, which readers have got or are about to get; an echo takes its place. */
const lostInFlight = (mesh: Mesh, workload: Workload): Plan => {
  const { random, schedule, log, onStored } = mesh.world;
  mesh.start();
  const at = random.between(2_500, 4_000);
  const endMs = at + random.between(3_000, 5_000);
  workload.start(at - 300);
  let isLost = false;
  const isUnseen = random.chance(0.6);
  if (isUnseen) slowRenewals(mesh, { fromMs: at - 250, forMs: 2_000 });
  onStored.push(({ fact, sequence }) => {
    if (isLost || schedule.nowMs < at || fact.kind !== 'other') return;
    isLost = true;
    // Nodes see it never, and gateways see it while their renewals of before are under way.
    if (isUnseen) for (const { name } of mesh.nodes) log.stall(name, random.between(45, 90));
    schedule.in(random.between(0, 40), () => {
      if (log.sequence === sequence) log.rollBack(sequence - 1);
      else isLost = false;
    });
  });
  for (let count = 0; count < 12; count += 1)
    schedule.at(at + count * 37, () => workload.tag('other', 400));
  schedule.at(at + 700, () => orderInDoubt(mesh, workload, 'agent'));
  schedule.at(endMs - 100, () => restore(mesh));
  return ending(mesh, endMs, true);
};

/** The log loses its tail, and grows again: past what somebody has read who was away meanwhile. */
export const rolledBack = (mesh: Mesh, workload: Workload): Plan => {
  if (mesh.gateways.length === 2 && mesh.nodes.length > 1) return lostInFlight(mesh, workload);
  const { random, schedule, log, network } = mesh.world;
  const [away] = mesh.gateways;
  mesh.start();
  const at = random.between(3_500, 5_000);
  const endMs = at + random.between(6_000, 8_000);
  const isRestored = random.chance(0.6);
  const isDeaf = random.chance(0.25);
  workload.start(at - 300);
  network.pushLoss = random.pick([0, 1, 1]);
  const awayMs = random.between(1_200, 3_000);
  schedule.at(at, () => {
    if (away !== undefined) {
      // It reads the log by its own eyes later than it hears of it.
      cut(mesh, [away.name, 'log'], awayMs + random.pick([0, 2_500]));
      for (const node of mesh.nodes) cut(mesh, [away.name, node.name], awayMs);
    }
    if (isDeaf) deafenNodes(mesh, 3_000);
    else restartNodes(mesh);
    const most = isDeaf || random.chance(0.6) ? 60 : 6;
    log.rollBack(Math.max(1, log.sequence - random.whole(isDeaf ? 20 : 1, most)));
  });
  schedule.at(at - random.between(10, 150), () => workload.tag('other', 400));
  for (let count = random.whole(1, 3); count > 0; count -= 1)
    schedule.at(at + random.between(350, 900), () => orderInDoubt(mesh, workload, 'agent'));
  for (let count = random.whole(0, 2); count > 0; count -= 1)
    schedule.at(at + random.between(100, 3_000), () => {
      if (random.chance(0.4)) workload.tag(random.pick(TAGGED), 400);
      orderInDoubt(mesh, workload, random.pick(['agent', 'tag']));
    });
  for (let count = 0; count < 80; count += 1)
    schedule.at(at + random.between(900, awayMs), () => workload.tag('other', 400));
  schedule.at(at + awayMs, () => {
    for (const gateway of mesh.gateways) workload.hammer(gateway, { forMs: 2_500, everyMs: 10 });
  });
  if (isRestored) schedule.at(endMs - 100, () => restore(mesh));
  return ending(mesh, endMs, isRestored);
};

/** The stream is emptied, or deleted and made anew: everybody notices, and nobody takes it for "nothing is stopped". */
export const replaced = (mesh: Mesh, workload: Workload): Plan => {
  const { random, schedule, log } = mesh.world;
  mesh.start();
  const at = random.between(2_500, 4_000);
  const emptyMs = random.chance(0.4) ? random.between(1_500, 3_000) : 0;
  const endMs = at + emptyMs + random.between(4_500, 6_000);
  const isRestored = random.chance(0.6);
  workload.start(at - 300);
  schedule.at(at, () => {
    // Readers refuse what does not begin with its first event: the cure is a stream made anew.
    if (emptyMs > 0) log.empty();
    schedule.in(emptyMs, () => log.replace(SECOND));
    restartSome(mesh, 0.4, 900);
    for (const gateway of mesh.gateways)
      workload.hammer(gateway, { forMs: emptyMs + 4_000, everyMs: 10 });
  });
  // Nobody is left who remembers anything, and there is nothing to be read.
  if (emptyMs > 0 && random.chance(0.5)) schedule.at(at + 200, () => restartSome(mesh, 1, 100));
  // It grows past everything that anybody remembers, and whoever is started then sees nothing strange in its length.
  for (let count = 0; count < 90; count += 1)
    schedule.at(at + emptyMs * random.fraction() + random.between(50, 1_500), () =>
      workload.tag('other', 400),
    );
  if (random.chance(0.5))
    schedule.at(at + emptyMs + random.between(1_600, 2_000), () => restartSome(mesh, 1, 100));
  for (let count = random.whole(0, 2); count > 0; count -= 1)
    schedule.at(at + random.between(100, 2_500), () => orderInDoubt(mesh, workload, 'agent'));
  if (isRestored) schedule.at(endMs - 100, () => restore(mesh));
  return ending(mesh, endMs, isRestored);
};

const restartSome = (mesh: Mesh, share: number, withinMs: number): void => {
  const { random, schedule } = mesh.world;
  for (const process of mesh.machines) {
    if (!random.chance(share)) continue;
    process.crash(random.chance(0.05));
    schedule.in(random.between(5, withinMs), () => process.start());
  }
  mesh.noteLostCopies();
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
