import type { Mesh } from './mesh.js';
import type { Plan } from './plan.js';
import { cut, quiet } from './scenarios.js';
import type { SimGateway } from './sim-gateway.js';
import type { SimNode } from './sim-node.js';
import type { Workload } from './workload.js';

/** Stops follow at once upon every change among the members. */
const stopOnChange = (mesh: Mesh, workload: Workload, node: SimNode, first: SimGateway): void => {
  const { random, schedule } = mesh.world;
  mesh.onMembership = () => {
    // One while the old lease may still last, and one on an agent that nothing holds yet after it.
    schedule.in(random.between(0, 300), () => {
      workload.order({ kind: 'agent', agent: 'target', node: node.name });
      workload.order({ kind: 'lax', node: node.name });
    });
    schedule.in(
      random.between(900, 2_500),
      () => void workload.order({ kind: 'agent', agent: 'other' }),
    );
    workload.hammer(first, { forMs: 3_000, everyMs: 2 });
  };
};

/** A gateway is not heard by one node, or by none, and removed; another node may see it, or not. */
export const removal = (mesh: Mesh, workload: Workload): Plan => {
  const { random, schedule, network, log, checker } = mesh.world;
  const [first] = mesh.gateways;
  const [node, ...others] = mesh.nodes;
  if (first === undefined || node === undefined) return quiet(mesh, workload);
  mesh.start();
  const at = random.between(1_500, 2_500);
  // The last copy of a renewal may arrive 5 s late.
  const endMs = at + random.between(35_700, 37_000);
  workload.startRequests();
  network.pushLoss = random.pick([0, 1]);
  mesh.world.disturbedUntil(endMs);
  if (random.chance(0.6)) workload.write('workspace.open', { onFence: 'allow' });
  const isSeen = random.chance(0.6);
  schedule.at(at, () => {
    cut(mesh, [first.name, 'log'], endMs - at);
    cut(mesh, [first.name, node.name], endMs - at);
    if (!isSeen) for (const other of others) cut(mesh, [first.name, other.name], endMs - at);
    stopOnChange(mesh, workload, node, first);
  });
  schedule.at(endMs - 1, () => {
    mesh.onMembership = () => undefined;
    const isRemoved = log.lasting().some(({ fact }) => fact.kind === 'gateway-removed');
    if (!isRemoved) checker.broken('I8', `${first.name} was silent for 35 s and is not removed`);
  });
  return { faultsEndMs: endMs };
};

/** A gateway is replaced by a twin under its own id, and does not read it at once. */
export const twins = (mesh: Mesh, workload: Workload): Plan => {
  const { random, schedule, network } = mesh.world;
  const { twin } = mesh;
  const [first] = mesh.gateways;
  const [node] = mesh.nodes;
  if (first === undefined || node === undefined) return quiet(mesh, workload);
  mesh.start();
  const at = random.between(1_500, 2_500);
  const endMs = random.between(7_000, 12_000);
  workload.startRequests();
  network.pushLoss = random.pick([0, 1]);
  if (random.chance(0.4)) workload.write('workspace.open', { onFence: 'allow' });
  mesh.world.disturbedUntil(endMs);
  // It may come to read that it was superseded; or not before the end.
  const blindMs = random.chance(0.4) ? (endMs - at) * random.fraction() : endMs - at;
  schedule.at(at, () => {
    cut(mesh, [first.name, 'log'], blindMs);
    if (random.chance(0.7)) cut(mesh, [first.name, node.name], endMs - at);
    stopOnChange(mesh, workload, node, first);
  });
  for (let count = random.whole(1, 3); count > 0; count -= 1) {
    const start = random.between(at, endMs - 2_000);
    schedule.at(start, () => twin.start());
    schedule.at(start + random.between(200, 4_500), () => twin.crash(random.chance(0.5)));
  }
  schedule.at(endMs - 1, () => {
    twin.crash(false);
    // Superseded for good, a process comes back only as a new one: whoever runs it starts it again.
    first.crash(false);
    first.start();
    mesh.onMembership = () => undefined;
  });
  return { faultsEndMs: endMs };
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
