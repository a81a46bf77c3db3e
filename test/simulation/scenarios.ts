import { links, recreateOften } from './faults.js';
import { scheduleForgeries } from './forgeries.js';
import type { Mesh } from './mesh.js';
import type { Plan } from './plan.js';
import type { SimGateway } from './sim-gateway.js';
import type { SimNode } from './sim-node.js';
import type { Workload } from './workload.js';
import { TAGGED } from './world.js';

/** Both ways. */
export const cut = (mesh: Mesh, link: readonly [string, string], forMs: number): void => {
  const [one, other] = link;
  mesh.world.network.block(one, other, forMs);
  mesh.world.network.block(other, one, forMs);
};

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

const blindNodes = (mesh: Mesh, forMs: number): void => {
  const { random, schedule, log, network } = mesh.world;
  for (const { name, machine } of mesh.nodes) {
    const share = random.fraction();
    if (share < 0.3) {
      const stalledMs = random.between(0.2, 1) * forMs;
      log.stall(name, stalledMs);
      if (random.chance(0.4))
        schedule.in(stalledMs * random.fraction(), () => recreateOften(mesh, name));
    } else if (share < 0.5) network.slow('log', name, { byMs: 900, forMs });
    else if (share < 0.65) cut(mesh, [name, 'log'], forMs);
    if (share < 0.2) machine.suspend(random.between(0.1, 0.8) * forMs);
  }
};

const narrowGateways = (mesh: Mesh, forMs: number): void => {
  const { random, schedule, log } = mesh.world;
  for (const { name } of mesh.gateways) {
    if (random.chance(0.7)) cut(mesh, [name, 'log'], forMs);
    else if (random.chance(0.3)) {
      log.stall(name, forMs / 2);
      schedule.in(forMs / 3, () => recreateOften(mesh, name));
    }
    const only = random.chance(0.5) ? random.pick(mesh.nodes) : null;
    for (const node of mesh.nodes) {
      const isCut = only === null ? random.chance(0.3) : node !== only;
      const from = random.between(0, forMs / 2);
      if (isCut) schedule.in(from, () => cut(mesh, [name, node.name], forMs - from));
    }
  }
};

const crashSome = (mesh: Mesh, forMs: number): void => {
  const { random, schedule } = mesh.world;
  for (const process of mesh.machines) {
    if (!random.chance(0.2)) continue;
    const at = random.between(0, forMs);
    schedule.in(at, () => {
      process.crash(random.chance(0.5));
      mesh.noteLostCopies();
    });
    schedule.in(at + random.between(1, 500), () => process.start());
  }
};

/** Stops follow close upon each other, upon tags, and upon large events that do not fit one answer. */
const stopOften = (mesh: Mesh, workload: Workload, forMs: number): void => {
  const { random, schedule } = mesh.world;
  for (let count = random.whole(1, 4); count > 0; count -= 1) {
    schedule.in(random.between(0, forMs), () => {
      if (random.chance(0.3)) for (let n = 0; n < 6; n += 1) workload.tag('other', 150_000);
      const kind = random.pick(['agent', 'tag'] as const);
      if (kind === 'tag' && random.chance(0.5)) workload.tag(random.pick(TAGGED), 400);
      schedule.in(random.between(0, 60), () => void workload.order({ kind }));
    });
  }
};

/** Nobody sees all: gateways reach a node or two, nodes read an old log, and pushes may all be lost. */
export const partialViews = (mesh: Mesh, workload: Workload): Plan => {
  const { random, schedule, log } = mesh.world;
  const endMs = random.between(3_000, 16_000);
  mesh.start();
  workload.start(endMs);
  mesh.world.disturbedUntil(endMs);
  const window = (): void => {
    const forMs = Math.min(random.between(800, 3_000), endMs - schedule.nowMs);
    if (forMs < 300) return;
    if (random.chance(0.4)) log.loseLeader(random.between(0.1, 0.7) * forMs);
    if (random.chance(0.3)) recreateOften(mesh, random.pick(mesh.machines).name);
    blindNodes(mesh, forMs);
    narrowGateways(mesh, forMs);
    crashSome(mesh, forMs);
    stopOften(mesh, workload, forMs);
    for (const gateway of mesh.gateways)
      workload.hammer(gateway, { forMs: forMs + 400, everyMs: 8 });
    schedule.in(forMs + random.between(100, 1_500), window);
  };
  schedule.in(random.between(1_000, 2_500), window);
  return { faultsEndMs: endMs };
};

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
  mesh.world.disturbedUntil(endMs);
  schedule.at(at, () => {
    cut(mesh, [first.name, 'log'], endMs - at);
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
