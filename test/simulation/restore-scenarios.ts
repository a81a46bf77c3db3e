import type { Mesh } from './mesh.js';
import type { Plan } from './plan.js';
import { ending, orderInDoubt, restore } from './restores.js';
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
