import type { Stage } from '../episode/stage.js';
import type { Skew } from '../entry/skewed-clock.js';
import { inDist, mainOf, type EntryPoint, type Service } from '../mesh/services.js';
import { ALWAYS, type Row } from './row.js';

const entry = (file: string, env: Readonly<Record<string, string>> = {}): EntryPoint => ({
  file: inDist(`test/fault-lab/entry/${file}.js`),
  env,
});

/** A service is another one for a while: another build, or on another machine. */
const replaced = (service: Service, by: EntryPoint) => ({
  begin: async () => {
    await service.stop();
    service.entry = by;
    await service.start();
  },
  heal: async () => {
    await service.stop();
    service.entry = mainOf(service.about.kind);
    await service.start();
  },
});

const skewed = (name: string, what: string, skew: Skew): Row => ({
  name,
  what,
  invariants: ALWAYS,
  run: async (stage) => {
    const gateway = stage.random.of(stage.mesh.gateways);
    const by = entry('skewed-gateway', { FAULT_LAB_SKEW: JSON.stringify(skew) });
    const how = { ...replaced(gateway, by), lastMs: 6000 };
    await stage.trouble(`${gateway.name}: ${what}`, how, { gateways: [gateway.name] });
  },
});

/** The other node is well: stops and proofs go on. What this one says of time must never be believed wrongly (I1, I1c). */
const skewedNode = (name: string, what: string, skew: Skew): Row => ({
  name,
  what: `a control node: ${what}`,
  invariants: ALWAYS,
  run: async (stage) => {
    const node = stage.random.of(stage.mesh.nodes);
    const by = entry('skewed-node', { FAULT_LAB_SKEW: JSON.stringify(skew) });
    await stage.trouble(
      `${node.name}: ${what}`,
      { ...replaced(node, by), lastMs: 6000 },
      { nodes: [node.name], until: () => stage.nodesReady() },
    );
  },
});

const FROZEN_MS = [1500, 2500] as const;

/** Its monotonic clock knows nothing of the pause; the wall clock does. */
const suspended: Row = {
  name: 'suspended-gateway',
  what: "a gateway's machine is suspended, twice: its monotonic clock stands still meanwhile",
  invariants: ALWAYS,
  run: async (stage) => {
    const gateway = stage.random.of(stage.mesh.gateways);
    const skew: Skew = { hidesGapsMs: 300 };
    const by = entry('skewed-gateway', { FAULT_LAB_SKEW: JSON.stringify(skew) });
    const during = async (): Promise<void> => {
      for (const ms of FROZEN_MS) {
        await stage.lasts(800);
        gateway.freeze();
        await stage.lasts(ms);
        gateway.thaw();
      }
      await stage.lasts(800);
    };
    const how = { ...replaced(gateway, by), during };
    await stage.trouble(`${gateway.name} is suspended`, how, { gateways: [gateway.name] });
  },
};

const quarantined = async (stage: Stage): Promise<void> => {
  const operator = stage.operator('quarantine', stage.fleet.targets.slice(0, 2), 'quarantine');
  operator.begin();
  await stage.lasts(6000);
  await operator.end();
};

const old: Row = {
  name: 'old-gateway',
  what: 'a gateway of a build without quarantine is in the mesh, and agents are put in quarantine',
  invariants: ALWAYS,
  run: async (stage) => {
    const gateway = stage.random.of(stage.mesh.gateways);
    const how = { ...replaced(gateway, entry('old-gateway')), during: () => quarantined(stage) };
    await stage.trouble(`${gateway.name} is old`, how, { gateways: [gateway.name] });
  },
};

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

export const buildRows: readonly Row[] = [
  skewed('clock-steps', 'its wall clock jumps an hour, forth and back', {
    stepMs: HOUR_MS,
    everyMs: 1700,
  }),
  skewed('clock-drifts', 'its clocks run 500 ppm slow, both alike', { rate: 0.9995 }),
  skewed('clock-slews', 'its wall clock runs five per cent fast', { wallRate: 1.05 }),
  skewedNode('node-clock-steps', 'its wall clock jumps an hour, forth and back', {
    stepMs: HOUR_MS,
    everyMs: 1700,
  }),
  skewedNode('node-clock-drifts', 'its clocks run 500 ppm fast, both alike', { rate: 1.0005 }),
  skewedNode('node-clock-ahead', 'its wall clock is a minute ahead', {
    aheadMs: MINUTE_MS,
  }),
  suspended,
  old,
];
