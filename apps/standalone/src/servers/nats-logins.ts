import {
  EVALUATOR_USER,
  gatewayUser,
  JETSTREAM_DOMAIN,
  nodeUser,
  NOTIFIER_USER,
  PROJECTOR_USER,
  PROVISION_USER,
} from '#event-store-jetstream';
import { natsPassword, type ServersFile } from '../data/servers-file.js';
import type { Options } from '../options.js';

/** How one service reaches NATS. */
export interface NatsLogin {
  /** Servers, separated by commas; the near one first. */
  readonly url: string;
  readonly user: string | null;
  readonly password: string | null;
  /** JetStream's domain, for users with an account of their own. */
  readonly domain: string | null;
}

/** How each service reaches NATS. */
export interface NatsLogins {
  /** All servers that hold streams, to be shown. */
  readonly url: string;
  /** Copies of each stream. */
  readonly replicas: number;
  readonly provision: NatsLogin;
  readonly projector: NatsLogin;
  readonly evaluator: NatsLogin;
  readonly notifier: NatsLogin;
  node(name: string): NatsLogin;
  gateway(place: { id: string; region: string }): NatsLogin;
}

/** Servers by who dials them. */
export interface NatsAddresses {
  readonly hub: readonly string[];
  /** By region; without leaf servers gateways dial the hub alone. */
  readonly leaves: ReadonlyMap<string, string>;
}

/** The same list, beginning elsewhere: so that not everybody leans on the first. */
const from = (urls: readonly string[], start: number): string[] => {
  const at = start % urls.length;
  return [...urls.slice(at), ...urls.slice(0, at)];
};

/** Each service as a user of its own, at servers that know them all. */
export const meshLogins = (
  { hub, leaves }: NatsAddresses,
  servers: ServersFile,
  places: { nodes: readonly string[]; gateways: readonly { id: string }[] },
): NatsLogins => {
  const login = (user: string, urls: readonly string[], domain: string | null): NatsLogin => ({
    url: urls.join(','),
    user,
    password: natsPassword(servers, user),
    domain,
  });
  return {
    url: hub.join(','),
    replicas: hub.length,
    provision: login(PROVISION_USER, hub, null),
    projector: login(PROJECTOR_USER, hub, JETSTREAM_DOMAIN),
    evaluator: login(EVALUATOR_USER, hub, JETSTREAM_DOMAIN),
    notifier: login(NOTIFIER_USER, hub, JETSTREAM_DOMAIN),
    node: (name) => login(nodeUser(name), from(hub, places.nodes.indexOf(name)), null),
    gateway: ({ id, region }) => {
      const leaf = leaves.get(region);
      const turn = places.gateways.findIndex((gateway) => gateway.id === id);
      const urls = [...(leaf === undefined ? [] : [leaf]), ...from(hub, turn)];
      return login(gatewayUser(id), urls, JETSTREAM_DOMAIN);
    },
  };
};

/** Servers that somebody else runs: one login for all. A URL may carry it; it is handed on apart, so a URL can be shown. */
export const givenLogins = (options: Options, natsUrl: string): NatsLogins => {
  const urls = natsUrl.split(',').map((text) => new URL(text.trim()));
  const [first] = urls as [URL, ...URL[]];
  const url = urls.map(({ protocol, host }) => `${protocol}//${host}`).join(',');
  const all: NatsLogin = {
    url,
    user: options.natsUser ?? (decodeURIComponent(first.username) || null),
    password: options.natsPassword ?? (decodeURIComponent(first.password) || null),
    domain: null,
  };
  return {
    url,
    replicas: 1,
    provision: all,
    projector: all,
    evaluator: all,
    notifier: all,
    node: () => all,
    gateway: () => all,
  };
};
