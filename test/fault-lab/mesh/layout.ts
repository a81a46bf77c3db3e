import { freePort } from '#embedded';
import type { LinkPlan } from '../proxy/link.js';

export interface GatewayPlace {
  readonly name: string;
  readonly region: string;
  readonly port: number;
}

export interface NatsPlace {
  readonly name: string;
  readonly clients: number;
  readonly routes: number;
  /** For leaf servers. */
  readonly leaves: number;
}

/** A region's own server, joined to the hub. */
export interface LeafPlace {
  readonly name: string;
  readonly region: string;
  readonly clients: number;
}

/** `hub`: gateways dial the hub's servers. `leaf-region`: those of one region dial a leaf server of their own first. */
export type Topology = 'hub' | 'leaf-region';

/** Where everything listens, and by which links it is reached. Nobody but the lab itself goes past a link. */
export interface Layout {
  readonly nats: readonly NatsPlace[];
  readonly leaf: LeafPlace | null;
  readonly nodes: readonly { readonly name: string; readonly port: number }[];
  readonly gateways: readonly GatewayPlace[];
  readonly projector: { readonly name: string; readonly port: number };
  readonly postgres: number;
  /** Nobody listens there: what servers gossip as their own address. */
  readonly nowhere: number;
  readonly links: readonly LinkPlan[];
}

export const REGIONS = ['us-east', 'eu-west'] as const;
const SERVERS = ['nats-1', 'nats-2', 'nats-3'];
const NODES = ['node-1', 'node-2'];
const GATEWAYS_PER_REGION = 2;
const PROJECTOR = 'projector';
const LEAF = { name: 'leaf-1', region: 'eu-west' } as const;

/** Free ports, each once. */
const ports = (): (() => Promise<number>) => {
  const given = new Set<number>();
  return async () => {
    for (;;) {
      const port = await freePort();
      if (!given.has(port)) {
        given.add(port);
        return port;
      }
    }
  };
};

const gatewayNames = REGIONS.flatMap((region) =>
  Array.from({ length: GATEWAYS_PER_REGION }, (_, at) => ({ name: `${region}-${at + 1}`, region })),
);

interface Way {
  readonly name: string;
  readonly target: number;
}

/** The leaf's region reaches the hub by its server, and past it. */
const leafWays = (nats: readonly NatsPlace[], leaf: LeafPlace | null): Way[] => {
  if (leaf === null) return [];
  const ours = gatewayNames.filter(({ region }) => region === leaf.region);
  return [
    ...ours.map(({ name }) => ({ name: `${name}>${leaf.name}`, target: leaf.clients })),
    ...nats.map(({ name, leaves: target }) => ({ name: `${leaf.name}>${name}`, target })),
  ];
};

const waysOf = (nats: readonly NatsPlace[], postgres: number): Way[] => {
  const services = [...NODES, PROJECTOR, ...gatewayNames.map(({ name }) => name)];
  const clients = services.flatMap((service) =>
    nats.map(({ name, clients: target }) => ({ name: `${service}>${name}`, target })),
  );
  const routes = nats.flatMap((from) =>
    nats
      .filter((to) => to !== from)
      .map((to) => ({ name: `${from.name}>${to.name}`, target: to.routes })),
  );
  const databases = [...NODES, PROJECTOR].map((service) => ({
    name: `${service}>postgres`,
    target: postgres,
  }));
  return [...clients, ...routes, ...databases];
};

/** A mesh on free ports: three nats-servers, two control nodes, four gateways in two regions, Postgres, a projector. */
export const planLayout = async (topology: Topology = 'hub'): Promise<Layout> => {
  const next = ports();
  const nats: NatsPlace[] = [];
  for (const name of SERVERS)
    nats.push({ name, clients: await next(), routes: await next(), leaves: await next() });
  const leaf = topology === 'hub' ? null : { ...LEAF, clients: await next() };
  const nodes = [];
  for (const name of NODES) nodes.push({ name, port: await next() });
  const gateways: GatewayPlace[] = [];
  for (const gateway of gatewayNames) gateways.push({ ...gateway, port: await next() });
  const postgres = await next();
  const links: LinkPlan[] = [];
  for (const way of [...waysOf(nats, postgres), ...leafWays(nats, leaf)])
    links.push({ ...way, port: await next() });
  const projector = { name: PROJECTOR, port: await next() };
  return { nats, leaf, nodes, gateways, projector, postgres, nowhere: await next(), links };
};

/** @throws Error when there is no such link. */
export const linkPort = ({ links }: Layout, name: string): number => {
  const link = links.find((it) => it.name === name);
  if (link === undefined) throw new Error(`there is no link ${name}`);
  return link.port;
};

/** The servers as a service sees them: through its own links, the near one first. */
export const natsUrlOf = (layout: Layout, service: string): string =>
  [...(layout.leaf === null ? [] : [layout.leaf]), ...layout.nats]
    .filter(({ name }) => layout.links.some((link) => link.name === `${service}>${name}`))
    .map(({ name }) => `nats://127.0.0.1:${linkPort(layout, `${service}>${name}`)}`)
    .join(',');

/** The lab's own way to the servers, past every fault. */
export const directNatsUrl = ({ nats }: Layout): string =>
  nats.map(({ clients }) => `nats://127.0.0.1:${clients}`).join(',');
