import type { Mesh } from './mesh.js';
import type { Plan } from './plan.js';
import { cut } from './scenarios.js';
import type { SimGateway } from './sim-gateway.js';
import { LAX } from './world.js';
import type { Workload } from './workload.js';

/** Traffic of one namespace flows without a proof, by the choice of its owners: `contained` must not be said for it. */
export const optOut = (mesh: Mesh, workload: Workload): Plan => {
  const { random, schedule } = mesh.world;
  const gateway = random.pick(mesh.gateways);
  mesh.start();
  workload.startRequests();
  const faultsEndMs = 10_000;
  mesh.world.disturbedUntil(faultsEndMs);
  const choose = (onFence: 'allow' | 'deny'): void => workload.write('workspace.open', { onFence });
  schedule.at(1_500, () => choose('allow'));
  const cutAt = random.between(2_300, 2_800);
  const forMs = random.between(3_000, 5_000);
  schedule.at(cutAt, () => {
    for (const node of mesh.nodes) cut(mesh, [gateway.name, node.name], forMs);
    cut(mesh, [gateway.name, 'log'], forMs);
    workload.hammer(gateway, { forMs, everyMs: 4 });
  });
  if (random.chance(0.5)) schedule.at(cutAt + random.between(50, 900), () => choose('deny'));
  if (random.chance(0.5)) {
    restartOnStaleLog(mesh, gateway, cutAt);
    schedule.at(cutAt - random.between(60, 300), () => void workload.order({ kind: 'lax' }));
  }
  schedule.at(cutAt + random.between(-100, 1_200), () => void workload.order({ kind: 'lax' }));
  schedule.at(cutAt + forMs + 800, () => void workload.order({ kind: 'agent', agent: LAX }));
  return { faultsEndMs };
};

/** It comes back without its disk, and reads an end of the log that is none. */
const restartOnStaleLog = (mesh: Mesh, gateway: SimGateway, cutAt: number): void => {
  const { schedule, log, network } = mesh.world;
  schedule.at(cutAt - 400, () => log.goStale(5_000));
  schedule.at(cutAt + 1_200, () => {
    gateway.crash(true);
    mesh.noteLostCopies();
    network.unblock(gateway.name, 'log');
    gateway.start();
  });
};

/** One gateway's build does not understand `drain`: it must get no lease for as long as such a stop stands. */
export const oldGateway = (mesh: Mesh, workload: Workload): Plan => {
  const { random, schedule } = mesh.world;
  const gateway = random.pick(mesh.gateways);
  gateway.modes = ['halt', 'pause', 'quarantine'];
  mesh.start();
  const faultsEndMs = 9_000;
  workload.start(faultsEndMs);
  for (let count = random.whole(1, 3); count > 0; count -= 1) {
    schedule.at(random.between(1_500, 5_000), () => {
      workload.order({ kind: random.pick(['agent', 'tag']), mode: 'drain' });
      workload.hammer(gateway, { forMs: 2_000, everyMs: 5 });
    });
  }
  mesh.world.disturbedUntil(faultsEndMs);
  return { faultsEndMs };
};
