import type { Mesh } from './mesh.js';
import type { Plan } from './plan.js';
import { ending, orderInDoubt, restore, SECOND } from './restores.js';
import { cut } from './scenarios.js';
import type { Workload } from './workload.js';

/** A gateway begins anew, and reads; its join is kept from the log until that has lost what the gateway has read of itself. */
const beginUnheard = ({ world, gateways }: Mesh, atMs: number): void => {
  const gateway = gateways.at(-1);
  if (gateway === undefined || world.random.chance(0.5)) return;
  const { schedule, network, random } = world;
  schedule.at(atMs - 600, () => gateway.leave());
  schedule.at(atMs - 300, () => {
    network.block(gateway.name, 'log', 300 + random.between(1, 400));
    gateway.start();
  });
};

/**
 * The log goes on from a backup, and nothing comes to it but the word of two operators: who has read more than it holds
 * waits at a place where nothing comes any more, and must find that out in no more than two seconds.
 */
export const restoredBackup = (mesh: Mesh, workload: Workload): Plan => {
  const { random, schedule, log } = mesh.world;
  mesh.start();
  const at = random.between(6_000, 9_000);
  const endMs = at + random.between(1_500, 4_000);
  workload.start(at - 300);
  beginUnheard(mesh, at);
  schedule.at(at, () => log.rollBack(Math.max(12, log.sequence - random.whole(40, 160))));
  for (let count = random.whole(0, 2); count > 0; count -= 1)
    schedule.at(at + random.between(50, 1_400), () => orderInDoubt(mesh, workload, 'agent'));
  schedule.at(endMs, () => restore(mesh));
  // All is well again: a gateway that has read a little more than a node is none of another log.
  schedule.at(endMs + 2_200, () => {
    for (const { name } of mesh.nodes) log.stall(name, 250);
    for (let count = 0; count < 3; count += 1)
      schedule.in(20 + count * 30, () => workload.tag('other', 400));
  });
  return ending(mesh, endMs + 20, true);
};

const THIRD = 'third-incarnation';
/** A gateway that nobody can tell looks for itself after 10 s; then it reads the log, and joins. */
const LOOKS_AFTER_MS = 12_500;

/** The log is restored twice while a gateway hears nobody: of the first time no node speaks any more. */
export const missedRestore = (mesh: Mesh, workload: Workload): Plan => {
  const { random, schedule, log } = mesh.world;
  const [away] = mesh.gateways;
  if (away === undefined) return restoredBackup(mesh, workload);
  mesh.start();
  const at = random.between(6_000, 9_000);
  const endMs = at + 3_500;
  workload.start(at - 300);
  schedule.at(at, () => {
    for (const { name } of mesh.nodes) cut(mesh, [away.name, name], 3_500);
    cut(mesh, [away.name, 'log'], 3_500);
    log.rollBack(Math.max(12, log.sequence - random.whole(120, 160)));
  });
  schedule.at(at + random.between(500, 1_200), () => restore(mesh));
  schedule.at(at + random.between(2_500, 3_200), () => restore(mesh, { old: SECOND, new: THIRD }));
  mesh.world.disturbedUntil(endMs + LOOKS_AFTER_MS);
  return { faultsEndMs: endMs, wellAfterMs: LOOKS_AFTER_MS, keptAfterMs: LOOKS_AFTER_MS + 9_000 };
};
