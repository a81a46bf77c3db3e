import type { Mesh } from './mesh.js';
import type { Plan } from './plan.js';
import { cut, quiet } from './scenarios.js';
import { isolate } from './view-scenarios.js';
import type { Workload } from './workload.js';

/** The log has no leader, a stop is answered, and then its issuer is gone with its disk: the order must not be (I2). */
export const loneCrash = (mesh: Mesh, workload: Workload): Plan => {
  const { world, nodes, gateways } = mesh;
  const { schedule, random, network, log, checker, history } = world;
  mesh.start();
  world.disturbedUntil(14_000);
  network.isLossless = true;
  network.pushLoss = 0;
  const node = random.pick(nodes);
  const at = random.between(2_000, 2_500);
  schedule.at(at, () => log.loseLeader(random.between(4_000, 9_000)));
  schedule.at(at + 100, () => {
    const orderId = workload.order({ kind: 'agent', node: node.name });
    const watch = (): void => {
      if (orderId === null || checker.story(orderId)?.answeredAtMs === null) {
        schedule.in(5, watch);
        return;
      }
      history.note('fault', `${node.name} is gone right after its answer`);
      node.crash(true);
      mesh.noteLostCopies();
      schedule.in(random.between(100, 2_000), () => node.start());
    };
    if (gateways.every(({ machine }) => machine.isUp)) watch();
  });
  return { faultsEndMs: 12_000, keptAfterMs: 12_000 };
};

/** A stop reaches one gateway only, and its issuer is gone, with its disk or without; then that gateway fails as well. */
export const loneCopy = (mesh: Mesh, workload: Workload): Plan => {
  const { random, schedule, log } = mesh.world;
  const [holder] = mesh.gateways;
  const issuer = random.pick(mesh.nodes);
  if (holder === undefined) return quiet(mesh, workload);
  mesh.start();
  workload.startRequests();
  const faultsEndMs = 9_000;
  mesh.world.disturbedUntil(faultsEndMs);
  const at = random.between(2_000, 3_000);
  const losesDisk = random.chance(0.6);
  schedule.at(at - 20, () => {
    for (const { name } of [...mesh.machines, { name: 'log' }])
      if ((name !== holder.name || !losesDisk) && name !== issuer.name)
        cut(mesh, [issuer.name, name], losesDisk ? 5_000 : 700);
    isolate(mesh, holder, issuer, 600);
    if (!losesDisk) log.loseLeader(600);
  });
  schedule.at(at, () => void workload.order({ kind: 'agent', node: issuer.name }));
  mesh.onAnswered = () => {
    mesh.onAnswered = () => undefined;
    schedule.in(losesDisk ? random.between(80, 300) : 0, () => {
      issuer.crash(losesDisk);
      mesh.noteLostCopies();
      schedule.in(random.between(100, 2_000), () => issuer.start());
    });
  };
  const restart = (): void => {
    holder.crash(false);
    mesh.noteLostCopies();
    schedule.in(random.between(5, 500), () => holder.start());
  };
  if (random.chance(0.5))
    mesh.onReceipt = (by) => {
      mesh.onReceipt = () => undefined;
      if (by === holder) schedule.in(0, restart);
    };
  else schedule.at(at + random.between(450, 900), restart);
  schedule.at(at + 900, () => workload.hammer(holder, { forMs: 3_000, everyMs: 4 }));
  return { faultsEndMs, keptAfterMs: 12_000 };
};
