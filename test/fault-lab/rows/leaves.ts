import type { Stage, TroubleTerms } from '../episode/stage.js';
import { blackHole, healthy, refused, type LinkFault } from '../proxy/fault.js';
import { gatewaysIn, linksOf } from './links.js';
import { ALWAYS, type Row } from './row.js';

const TOPOLOGY = 'leaf-region' as const;

const gatewaysOfLeaf = (stage: Stage): string[] =>
  gatewaysIn(stage, stage.mesh.layout.leaf?.region ?? '');

const toHub = (stage: Stage): string[] => stage.mesh.proxies.matching(/^leaf-1>/);

const faulty = (stage: Stage, links: readonly string[], fault: LinkFault) => ({
  begin: () => stage.mesh.proxies.set(links, fault),
  heal: () => stage.mesh.proxies.set(links, healthy),
});

/** Its gateways reach the hub past it: they are proven and stopped as ever. What goes by the leaf alone is their work. */
const linkGone = (name: string, what: string, fault: LinkFault): Row => ({
  name,
  what,
  topology: TOPOLOGY,
  invariants: ALWAYS,
  run: async (stage) => {
    const lastMs = stage.random.between(2000, 7000);
    const how = { ...faulty(stage, toHub(stage), fault), lastMs };
    await stage.trouble(what, how, { logs: true });
  },
});

const regionGone = (name: string, what: string, fault: LinkFault): Row => ({
  name,
  what,
  topology: TOPOLOGY,
  invariants: [...ALWAYS, 'I4'],
  run: async (stage) => {
    const gateways = gatewaysOfLeaf(stage);
    const links = [...toHub(stage), ...linksOf(stage, gateways)];
    const terms: TroubleTerms = { gateways, cutOff: gateways };
    const lastMs = stage.random.between(1500, 5000);
    await stage.trouble(what, { ...faulty(stage, links, fault), lastMs }, terms);
  },
});

const frozenLeaf: Row = {
  name: 'freeze-leaf',
  what: "SIGSTOP of a region's leaf server for 1 to 8 s, and SIGCONT",
  topology: TOPOLOGY,
  invariants: ALWAYS,
  run: async (stage) => {
    const leaf = stage.mesh.find('leaf-1');
    const how = {
      begin: async () => leaf.freeze(),
      lastMs: stage.random.between(1000, 8000),
      heal: async () => leaf.thaw(),
    };
    await stage.trouble('the leaf server stands still', how, { logs: true });
  },
};

/** A region behind a server of its own, which is joined to the hub as a leaf. */
export const leafRows: readonly Row[] = [
  linkGone('leaf-cut', 'the leaf server of a region is refused by the hub', refused),
  linkGone(
    'leaf-black-hole',
    'nothing arrives between the leaf server and the hub, and nobody is told',
    blackHole,
  ),
  frozenLeaf,
  regionGone('leaf-region-cut', 'a region behind a leaf is refused by the whole hub', refused),
  regionGone(
    'leaf-region-black-hole',
    'nothing arrives from a region behind a leaf, and nobody is told',
    blackHole,
  ),
];
