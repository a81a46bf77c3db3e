import { recreateOften } from './faults.js';
import type { Mesh } from './mesh.js';
import type { Plan } from './plan.js';
import { cut, quiet } from './scenarios.js';
import type { SimGateway } from './sim-gateway.js';
import type { SimNode } from './sim-node.js';
import { TAGGED } from './world.js';
import type { Workload } from './workload.js';

export const isolate = (
  mesh: Mesh,
  gateway: SimGateway,
  only: SimNode | null,
  forMs: number,
): void => {
  cut(mesh, [gateway.name, 'log'], forMs);
  for (const node of mesh.nodes) if (node !== only) cut(mesh, [gateway.name, node.name], forMs);
};

/** The node hears of stops by the log alone. */
const deafen = (mesh: Mesh, node: SimNode, gateway: SimGateway, forMs: number): void => {
  for (const other of mesh.machines)
    if (other !== gateway && other !== node) cut(mesh, [node.name, other.name], forMs);
};

type Defect = (mesh: Mesh, node: SimNode, forMs: number) => void;

const defects: readonly Defect[] = [
  ({ world }, { name }, forMs) => world.log.stall(name, forMs),
  ({ world }, { name }, forMs) => world.network.slow('log', name, { byMs: 1_000, forMs }),
  ({ world }, { name }, forMs) => world.network.slow('log', name, { byMs: 2_500, forMs }),
  ({ world }, { machine, name }, forMs) => {
    world.log.stall(name, forMs);
    machine.suspend(world.random.between(0.2, 0.6) * forMs);
  },
  (mesh, { name }, forMs) => cut(mesh, [name, 'log'], forMs),
  (mesh, { name }) => recreateOften(mesh, name),
  ({ world }, node, forMs) => {
    const { log, schedule, random } = world;
    log.goStale(forMs);
    node.crash(false);
    schedule.in(random.between(600, 1_200), () => node.start());
  },
  ({ world }, { name }, forMs) => {
    world.log.hang(0.9, name);
    world.network.slow('log', name, { byMs: 300, forMs });
    world.schedule.in(forMs, () => world.log.hang(0.01));
  },
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
  const faultsEndMs = 11_000;
  mesh.world.disturbedUntil(faultsEndMs);
  workload.tag(TAGGED[0], 400);
  for (let at = random.between(1_500, 2_500); at < faultsEndMs - 3_500; at += 4_000) {
    const forMs = random.between(2_000, 3_800);
    const defect = random.pick(defects);
    const isDeaf = random.chance(0.75);
    schedule.at(at, () => {
      isolate(mesh, gateway, seen, forMs);
      if (isDeaf) deafen(mesh, seen, gateway, forMs);
      defect(mesh, seen, forMs);
      workload.hammer(gateway, { forMs: forMs + 300, everyMs: 3 });
    });
    for (let count = random.whole(1, 3); count > 0; count -= 1) {
      const then = at + random.between(20, forMs);
      const kind = random.pick(['agent', 'agent', 'tag'] as const);
      if (kind === 'tag') schedule.at(then - 10, () => workload.tag(random.pick(TAGGED), 400));
      schedule.at(then, () => void workload.order({ kind, node: issuer.name }));
    }
  }
  return { faultsEndMs };
};

/** A gateway has been away, and gets one part only of what it has missed: there are large events before the stop. */
export const onePart = (mesh: Mesh, workload: Workload): Plan => {
  const { random, schedule, network } = mesh.world;
  const [gateway] = mesh.gateways;
  if (gateway === undefined) return quiet(mesh, workload);
  mesh.start();
  workload.startRequests();
  network.pushLoss = 1;
  const faultsEndMs = 9_000;
  mesh.world.disturbedUntil(faultsEndMs);
  const at = random.between(1_800, 2_500);
  schedule.at(at, () => isolate(mesh, gateway, null, 2_000));
  schedule.at(at + 50, () => {
    for (let count = 0; count < 6; count += 1) workload.tag('other', 150_000);
  });
  schedule.at(at + random.between(300, 900), () => void workload.order({ kind: 'agent' }));
  schedule.at(at + 2_000, () => {
    cut(mesh, [gateway.name, 'log'], 3_000);
    mesh.onPart = (to) => {
      if (to === gateway) isolate(mesh, gateway, null, 3_000);
    };
    workload.hammer(gateway, { forMs: 3_000, everyMs: 5 });
  });
  schedule.at(faultsEndMs - 100, () => {
    mesh.onPart = () => undefined;
  });
  return { faultsEndMs };
};

/** Appends work, but nothing of the log is delivered to anybody: stops live by the answers of their issuers alone. */
export const deafMesh = (mesh: Mesh, workload: Workload): Plan => {
  const { random, schedule, network, log } = mesh.world;
  mesh.start();
  workload.startRequests();
  network.pushLoss = 1;
  const faultsEndMs = 9_000;
  mesh.world.disturbedUntil(faultsEndMs);
  for (let at = random.between(1_500, 2_500); at < 6_000; at += 3_500) {
    schedule.at(at, () => {
      for (const { name } of mesh.machines) log.stall(name, 2_800);
      for (const gateway of mesh.gateways) workload.hammer(gateway, { forMs: 3_000, everyMs: 8 });
    });
    schedule.at(at + random.between(20, 800), () => void workload.order({ kind: 'agent' }));
  }
  return { faultsEndMs };
};

/** The consumer of a reader is lost while events wait for it, and again before the next one has shown anything. */
export const lostConsumer = (mesh: Mesh, workload: Workload): Plan => {
  const { random, schedule, log } = mesh.world;
  mesh.start();
  const faultsEndMs = 9_000;
  workload.start(faultsEndMs - 2_000);
  mesh.world.disturbedUntil(faultsEndMs);
  for (let at = random.between(1_200, 2_000); at < 7_000; at += 1_500) {
    const reader = random.pick(mesh.machines);
    schedule.at(at, () => {
      log.stall(reader.name, 500);
      for (const gateway of mesh.gateways)
        if (gateway === reader)
          for (const node of mesh.nodes) cut(mesh, [reader.name, node.name], 900);
    });
    for (let count = 0; count < 4; count += 1)
      schedule.at(at + random.between(20, 700), () => workload.tag(random.pick(TAGGED), 400));
    schedule.at(at + 300, () => log.recreateConsumer(reader.name));
    for (let again = 0; again < 6; again += 1)
      schedule.at(at + random.between(480, 620), () => log.recreateConsumer(reader.name));
    schedule.at(at + random.between(0, 300), () => void workload.order({ kind: 'agent' }));
  }
  return { faultsEndMs };
};
