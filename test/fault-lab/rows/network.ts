import type { Stage, TroubleTerms } from '../episode/stage.js';
import { REGIONS } from '../mesh/layout.js';
import {
  blackHole,
  deafened,
  healthy,
  muted,
  narrow,
  refused,
  slow,
  type LinkFault,
} from '../proxy/fault.js';
import { pause } from '../time.js';
import { gatewaysIn, linksOf } from './links.js';
import { ALWAYS, type Row } from './row.js';

const CUT: Row['invariants'] = [...ALWAYS, 'I4'];

const faulty = (stage: Stage, links: readonly string[], fault: LinkFault) => ({
  begin: () => stage.mesh.proxies.set(links, fault),
  heal: () => stage.mesh.proxies.set(links, healthy),
});

/** All links of a region's gateways have one fault. */
const region = (name: string, what: string, fault: LinkFault, isCut = true): Row => ({
  name,
  what,
  invariants: CUT,
  run: async (stage) => {
    const place = stage.random.of(REGIONS);
    const gateways = gatewaysIn(stage, place);
    const links = linksOf(stage, gateways);
    const lastMs = stage.random.between(1500, 5000);
    const terms: TroubleTerms = isCut ? { gateways, cutOff: gateways } : { gateways };
    await stage.trouble(`${place}: ${what}`, { ...faulty(stage, links, fault), lastMs }, terms);
  },
});

const FLAPS = 6;

const flapping: Row = {
  name: 'region-flapping',
  what: 'the links of a region break and heal, over and over',
  invariants: ALWAYS,
  run: async (stage) => {
    const place = stage.random.of(REGIONS);
    const gateways = gatewaysIn(stage, place);
    const links = linksOf(stage, gateways);
    const { proxies } = stage.mesh;
    const flap = async (): Promise<void> => {
      for (let count = 0; count < FLAPS; count += 1) {
        await proxies.set(links, stage.random.of([refused, blackHole, muted]));
        await pause(stage.random.between(50, 900));
        await proxies.set(links, healthy);
        await pause(stage.random.between(50, 900));
      }
    };
    const heal = () => proxies.set(links, healthy);
    await stage.trouble(`${place}: flapping`, { begin: flap, lastMs: 0, heal }, { gateways });
  },
};

const nodeGone = (name: string, what: string, fault: LinkFault): Row => ({
  name,
  what,
  invariants: ALWAYS,
  run: async (stage) => {
    const node = stage.random.of(stage.mesh.nodes).name;
    const links = linksOf(stage, [node]);
    await stage.trouble(
      `${node}: ${what}`,
      { ...faulty(stage, links, fault), lastMs: stage.random.between(1500, 5000) },
      { nodes: [node], until: () => stage.nodesReady() },
    );
  },
});

/** The leader goes on answering reads for seconds, and believes that it leads. */
const leaderAlone: Row = {
  name: 'leader-alone',
  what: 'the nats-server that leads the log cannot reach its peers, and its clients still reach it',
  invariants: ALWAYS,
  run: async (stage) => {
    const leader = await stage.leader('CONTROL');
    const links = stage.mesh.proxies.matching(new RegExp(`^(nats-.>${leader}|${leader}>nats-.)$`));
    const everybody = stage.mesh.gateways.map(({ name }) => name);
    const nodes = stage.mesh.nodes.map(({ name }) => name);
    await stage.trouble(
      `${leader}, which leads the log, is cut from its peers`,
      { ...faulty(stage, links, blackHole), lastMs: stage.random.between(4000, 9000) },
      // Whoever is connected to it can reach nobody who is connected elsewhere: which gateways that hits is chance.
      { gateways: everybody, nodes, logs: true, until: () => stage.logsLed() },
    );
  },
};

const slowLinks: Row = {
  name: 'slow-links',
  what: 'every link of both regions has 75 ms one way',
  invariants: ALWAYS,
  run: async (stage) => {
    const links = linksOf(
      stage,
      stage.mesh.gateways.map(({ name }) => name),
    );
    await stage.trouble('75 ms one way', { ...faulty(stage, links, slow(75)), lastMs: 5000 });
  },
};

const narrowLinks: Row = {
  name: 'narrow-links',
  what: 'the links of a region carry 200 kB/s',
  invariants: ALWAYS,
  run: async (stage) => {
    const place = stage.random.of(REGIONS);
    const gateways = gatewaysIn(stage, place);
    const links = linksOf(stage, gateways);
    const how = { ...faulty(stage, links, narrow(200_000)), lastMs: 4000 };
    await stage.trouble(`${place}: 200 kB/s`, how, { gateways });
  },
};

const resets: Row = {
  name: 'resets',
  what: 'every connection of a region is reset, again and again; new ones are taken at once',
  invariants: ALWAYS,
  run: async (stage) => {
    const gateways = gatewaysIn(stage, stage.random.of(REGIONS));
    const links = linksOf(stage, gateways);
    const { proxies } = stage.mesh;
    const begin = async (): Promise<void> => {
      for (let count = 0; count < FLAPS; count += 1) {
        await proxies.reset(links);
        await pause(stage.random.between(200, 800));
      }
    };
    const heal = () => proxies.set(links, healthy);
    await stage.trouble('resets', { begin, lastMs: 0, heal }, { gateways });
  },
};

export const networkRows: readonly Row[] = [
  region('region-cut', 'all connections are refused', refused),
  region('region-black-hole', 'nothing arrives, and nobody is told', blackHole),
  region('region-muted', 'what the gateways say does not arrive', muted),
  region('region-deaf', 'the gateways hear nothing', deafened),
  flapping,
  nodeGone('node-cut', 'all its connections are refused', refused),
  nodeGone('node-black-hole', 'nothing arrives, and nobody is told', blackHole),
  leaderAlone,
  slowLinks,
  narrowLinks,
  resets,
];
