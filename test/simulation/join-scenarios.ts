import { scheduleForgeries } from './forgeries.js';
import type { Mesh } from './mesh.js';
import type { Plan } from './plan.js';
import { cut, quiet } from './scenarios.js';
import type { Workload } from './workload.js';

/**
 * A node joins while another is blind: its log stands still, but it still answers the one gateway that sees nothing else.
 * Proofs must not leave the newcomer out once it argues with time.
 */
export const lateJoiner = (mesh: Mesh, workload: Workload): Plan => {
  const endMs = mesh.world.random.between(4_000, 12_000);
  return joinLate(mesh, workload, { endMs, ordersFrom: 1_800 });
};

/** The same for so long that the newcomer is ready without the blind one's word: that is after E. */
export const blindNode = (mesh: Mesh, workload: Workload): Plan =>
  joinLate(mesh, workload, { endMs: 66_000, ordersFrom: 62_300 });

const joinLate = (
  mesh: Mesh,
  workload: Workload,
  { endMs, ordersFrom }: { readonly endMs: number; readonly ordersFrom: number },
): Plan => {
  const { schedule, random, network, log } = mesh.world;
  const [blind, late] = mesh.nodes;
  const [gateway] = mesh.gateways;
  if (blind === undefined || late === undefined || gateway === undefined)
    return quiet(mesh, workload);
  mesh.start(late);
  workload.startRequests();
  scheduleForgeries(mesh, endMs);
  mesh.world.disturbedUntil(endMs);
  // Only then does nobody tell the blind one.
  network.pushLoss = 1;
  const from = random.between(1_000, 1_500);
  const isAskable = random.chance(0.7);
  schedule.at(from, () => {
    const rest = endMs - from;
    log.stall(blind.name, rest);
    cut(mesh, [gateway.name, 'log'], rest);
    for (const other of mesh.machines) {
      if (other !== blind && other !== gateway) cut(mesh, [gateway.name, other.name], rest);
      const mayTalk = other === gateway || (other === late && isAskable);
      if (other !== blind && !mayTalk) cut(mesh, [blind.name, other.name], rest);
    }
  });
  schedule.at(from + 100, () => late.start());
  for (let count = random.whole(2, 4); count > 0; count -= 1) {
    schedule.at(random.between(ordersFrom, endMs - 1_500), () => {
      workload.order({ kind: 'agent', node: late.name });
      workload.hammer(gateway, { forMs: 2_500, everyMs: 10 });
    });
  }
  return { faultsEndMs: endMs };
};

/**
 * A node is removed for its silence and does not read it; then it stores a stop that nobody reads. The others are all the
 * members there are, and prove without it: it must not argue with time before it has read as far as its own stop.
 */
export const removedIssuer = (mesh: Mesh, workload: Workload): Plan => {
  const { schedule, random, network, log } = mesh.world;
  const [issuer, ...others] = mesh.nodes;
  if (issuer === undefined || others.length === 0) return quiet(mesh, workload);
  mesh.start();
  workload.startRequests();
  const faultsEndMs = 42_000;
  mesh.world.disturbedUntil(faultsEndMs);
  network.pushLoss = 1;
  schedule.at(random.between(1_500, 2_500), () => cut(mesh, [issuer.name, 'log'], 40_000));
  const at = random.between(36_000, 36_500);
  schedule.at(at, () => {
    network.unblock(issuer.name, 'log');
    for (const { name } of mesh.nodes) log.stall(name, 5_500);
    for (const gateway of mesh.gateways) {
      cut(mesh, [gateway.name, 'log'], 5_500);
      cut(mesh, [gateway.name, issuer.name], 5_500);
      workload.hammer(gateway, { forMs: 5_000, everyMs: 20 });
    }
    for (const { name } of others) cut(mesh, [issuer.name, name], 5_500);
  });
  schedule.at(at + random.between(100, 900), () => {
    workload.order({ kind: 'agent', node: issuer.name });
  });
  return { faultsEndMs };
};
