import { links } from './faults.js';
import type { Mesh } from './mesh.js';
import type { Plan } from './plan.js';
import type { Workload } from './workload.js';

/** Both ways. */
export const cut = (mesh: Mesh, link: readonly [string, string], forMs: number): void => {
  const [one, other] = link;
  mesh.world.network.block(one, other, forMs);
  mesh.world.network.block(other, one, forMs);
};

/** Nothing is broken at all: every answer must be the right one all the time. */
export const quiet = (mesh: Mesh, workload: Workload): Plan => {
  const { network, random, log } = mesh.world;
  network.isLossless = true;
  log.hang(0);
  mesh.start();
  const faultsEndMs = random.between(4_000, 9_000);
  workload.start(faultsEndMs);
  return { faultsEndMs };
};

/** A gateway is cut off around a stop and asked without a break, on clocks that lie as far as they may. */
export const edge = (mesh: Mesh, workload: Workload): Plan => {
  mesh.start();
  workload.start(6_000);
  mesh.world.disturbedUntil(6_000);
  const { schedule, random, network } = mesh.world;
  const gateway = random.pick(mesh.gateways);
  const at = random.between(1_500, 2_500);
  const node = random.pick(mesh.nodes);
  schedule.at(at + random.between(-60, 10), () => {
    for (const other of links(mesh, gateway.name)) {
      network.block(gateway.name, other, 3_000);
      network.block(other, gateway.name, 3_000);
    }
    if (random.chance(0.5)) schedule.in(5, () => gateway.machine.suspend(random.between(1, 19)));
  });
  schedule.at(
    at,
    () => void workload.order({ kind: random.pick(['agent', 'tag']), node: node.name }),
  );
  schedule.at(at + 600, () => workload.hammer(gateway, { forMs: 400, everyMs: 0.5 }));
  return { faultsEndMs: 6_000 };
};
