import { recreateOften } from './faults.js';
import type { Mesh } from './mesh.js';
import type { Plan } from './plan.js';
import { cut, quiet } from './scenarios.js';
import type { SimGateway } from './sim-gateway.js';
import type { SimNode } from './sim-node.js';
import { LAX, TAGGED } from './world.js';
import type { Workload } from './workload.js';

const isolate = (mesh: Mesh, gateway: SimGateway, only: SimNode | null, forMs: number): void => {
  cut(mesh, [gateway.name, 'log'], forMs);
  for (const node of mesh.nodes) if (node !== only) cut(mesh, [gateway.name, node.name], forMs);
};

const defects: readonly ((mesh: Mesh, node: SimNode, forMs: number) => void)[] = [
  ({ world }, { name }, forMs) => world.log.stall(name, forMs),
  ({ world }, { name }, forMs) => world.network.slow('log', name, { byMs: 900, forMs }),
  ({ world }, { name }, forMs) => world.network.slow('log', name, { byMs: 2_500, forMs }),
  ({ world }, { machine }, forMs) => machine.suspend(world.random.between(0.2, 0.8) * forMs),
  (mesh, { name }, forMs) => cut(mesh, [name, 'log'], forMs),
  (mesh, { name }) => recreateOften(mesh, name),
  ({ world }, _node, forMs) => world.log.goStale(forMs),
];

/** One gateway sees one node only, and that node reads an old log; the stops come from the others. */
export const narrowView = (mesh: Mesh, workload: Workload): Plan => {
  const { random, schedule, network } = mesh.world;
  const [seen, issuer] = mesh.nodes;
  const [gateway] = mesh.gateways;
  if (seen === undefined || issuer === undefined || gateway === undefined)
    return quiet(mesh, workload);
  mesh.start();
  workload.startRequests();
  network.pushLoss = random.pick([0, 1, 1]);
  const faultsEndMs = 9_000;
  mesh.world.disturbedUntil(faultsEndMs);
  workload.tag(TAGGED[0], 400);
  for (let at = random.between(1_500, 2_500); at < faultsEndMs - 1_500; at += 2_600) {
    const forMs = random.between(1_600, 2_400);
    const defect = random.pick(defects);
    schedule.at(at, () => {
      isolate(mesh, gateway, seen, forMs);
      defect(mesh, seen, forMs);
      if (random.chance(0.4)) cut(mesh, [issuer.name, seen.name], forMs);
      workload.hammer(gateway, { forMs: forMs + 300, everyMs: 3 });
    });
    if (random.chance(0.5)) schedule.at(at + 20, () => workload.tag(random.pick(TAGGED), 400));
    if (random.chance(0.3))
      schedule.at(at + 30, () => {
        for (let count = 0; count < 4; count += 1) workload.tag('other', 150_000);
      });
    const kind = random.pick(['agent', 'agent', 'tag'] as const);
    schedule.at(
      at + random.between(30, 500),
      () => void workload.order({ kind, node: issuer.name }),
    );
  }
  return { faultsEndMs };
};

/** A stop reaches one gateway only, and its issuer is gone with its disk; then that gateway is started again. */
export const loneCopy = (mesh: Mesh, workload: Workload): Plan => {
  const { random, schedule } = mesh.world;
  const [holder] = mesh.gateways;
  const issuer = random.pick(mesh.nodes);
  if (holder === undefined) return quiet(mesh, workload);
  mesh.start();
  workload.startRequests();
  const faultsEndMs = 9_000;
  mesh.world.disturbedUntil(faultsEndMs);
  const at = random.between(2_000, 3_000);
  schedule.at(at - 20, () => {
    for (const { name } of [...mesh.machines, { name: 'log' }])
      if (name !== holder.name && name !== issuer.name) cut(mesh, [issuer.name, name], 5_000);
    cut(mesh, [holder.name, 'log'], 600);
    for (const node of mesh.nodes) if (node !== issuer) cut(mesh, [holder.name, node.name], 600);
  });
  schedule.at(at, () => void workload.order({ kind: 'agent', node: issuer.name }));
  schedule.at(at + random.between(80, 400), () => {
    issuer.crash(true);
    mesh.noteLostCopies();
    schedule.in(random.between(100, 3_000), () => issuer.start());
  });
  schedule.at(at + random.between(450, 900), () => {
    if (random.chance(0.7)) holder.crash(false);
    mesh.noteLostCopies();
    schedule.in(random.between(5, 500), () => holder.start());
  });
  schedule.at(at + 900, () => workload.hammer(holder, { forMs: 3_000, everyMs: 4 }));
  return { faultsEndMs, keptAfterMs: 12_000 };
};

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
  schedule.at(cutAt + random.between(-100, 1_200), () => void workload.order({ kind: 'lax' }));
  schedule.at(cutAt + forMs + 800, () => void workload.order({ kind: 'agent', agent: LAX }));
  return { faultsEndMs };
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

/** Gateways and nodes end cleanly and come back, one after the other, while stops go out. */
export const leaves = (mesh: Mesh, workload: Workload): Plan => {
  const { random, schedule } = mesh.world;
  mesh.start();
  const faultsEndMs = random.between(6_000, 10_000);
  workload.start(faultsEndMs);
  mesh.world.disturbedUntil(faultsEndMs);
  for (let at = 1_500; at < faultsEndMs - 1_000; at += random.between(200, 900)) {
    const process = random.pick(mesh.machines);
    schedule.at(at, () => {
      process.leave();
      mesh.noteLostCopies();
      schedule.in(random.between(10, 1_500), () => process.start());
    });
    if (random.chance(0.5))
      schedule.at(at + random.between(-50, 100), () => void workload.order({ kind: 'agent' }));
  }
  return { faultsEndMs };
};
