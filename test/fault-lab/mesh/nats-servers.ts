import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { jsApi } from '../nats/jetstream-admin.js';
import { RawNats } from '../nats/raw-nats.js';
import { LabProcess } from '../process/lab-process.js';
import { waitFor } from '../time.js';
import { leafText } from '../../../apps/standalone/src/servers/hub-config.js';
import { leafAccess, type Login } from './access.js';
import { linkPort, type Layout, type LeafPlace, type NatsPlace } from './layout.js';

export interface NatsSettings {
  readonly layout: Layout;
  readonly dir: string;
  readonly binary: string;
  /** Who may do what, as nats-server's configuration says it. */
  readonly access: string;
  /** Of the lab itself. */
  readonly login: Login;
}

const storeOf = (dir: string, name: string): string => join(dir, name, 'store');

/**
 * One server of the cluster. It reaches its peers by their links alone: what it gossips as its own address is a port where
 * nobody listens, so that no server finds a way around a fault.
 */
const configOf = (
  { layout, dir, access }: NatsSettings,
  { name, clients, routes, leaves }: NatsPlace,
): string => {
  const peers = layout.nats.filter((peer) => peer.name !== name);
  const links = peers.map((peer) => `nats://127.0.0.1:${linkPort(layout, `${name}>${peer.name}`)}`);
  return `server_name: "${name}"
host: "127.0.0.1"
port: ${clients}
max_payload: 4MB
ping_interval: "2s"
ping_max: 2
jetstream { store_dir: ${JSON.stringify(storeOf(dir, name))}, sync_interval: always }
cluster {
  name: "lab"
  host: "127.0.0.1"
  port: ${routes}
  routes: ${JSON.stringify(links)}
  advertise: "127.0.0.1:${layout.nowhere}"
  no_advertise: true
}
${layout.leaf === null ? '' : `leafnodes { listen: "127.0.0.1:${leaves}", no_advertise: true }`}
${access}
`;
};

const listens = async (port: number, login: NatsSettings['login']): Promise<boolean> => {
  const nats = await RawNats.connect({ port, ...login });
  nats.close();
  return true;
};

/** The region's server keeps nothing, and reaches the hub by its links alone. */
const leafConfigOf = ({ layout }: NatsSettings, leaf: LeafPlace): string => {
  const { logins, accounts } = leafAccess(layout, leaf);
  const urlsOf = (user: string): string[] =>
    layout.nats.map(({ name }) => {
      const password = logins.find((it) => it.user === user)?.password ?? '';
      const port = linkPort(layout, `${leaf.name}>${name}`);
      return JSON.stringify(`nats-leaf://${user}:${password}@127.0.0.1:${port}`);
    });
  const users = logins.map(({ user }) => user);
  return `server_name: "${leaf.name}"
host: "127.0.0.1"
port: ${leaf.clients}
max_payload: 4MB
${leafText(users, urlsOf)}
${accounts}
`;
};

interface ServerPlan {
  readonly name: string;
  readonly clients: number;
  readonly config: string;
  readonly login: Login;
}

const serverOf = (settings: NatsSettings, { name, clients, config, login }: ServerPlan) => {
  const home = join(settings.dir, name);
  mkdirSync(home, { recursive: true });
  const file = join(home, 'nats.conf');
  writeFileSync(file, config, { mode: 0o600 });
  return new LabProcess({
    name,
    logFile: join(settings.dir, `${name}.log`),
    program: () => ({ file: settings.binary, args: ['-c', file] }),
    ready: () =>
      waitFor(() => listens(clients, login), { what: `${name} takes clients`, withinMs: 10_000 }),
  });
};

/** The three servers of the hub, not started yet. */
export const natsServers = (settings: NatsSettings): LabProcess[] =>
  settings.layout.nats.map((place) =>
    serverOf(settings, { ...place, config: configOf(settings, place), login: settings.login }),
  );

/** The server of a region, not started yet; `null` where each dials the hub. */
export const leafServer = (settings: NatsSettings): LabProcess | null => {
  const { leaf } = settings.layout;
  if (leaf === null) return null;
  const [login] = leafAccess(settings.layout, leaf).logins;
  return serverOf(settings, {
    ...leaf,
    config: leafConfigOf(settings, leaf),
    login: login ?? settings.login,
  });
};

const PROBE = { name: 'LAB_PROBE', subjects: ['lab.probe'], num_replicas: 3, storage: 'memory' };

/** The servers have found each other, have elected who places streams, and have room for one on each of them. */
export const clusterIsUp = ({ layout, login }: NatsSettings): Promise<void> =>
  waitFor(
    async () => {
      const nats = await RawNats.connect({ port: (layout.nats[0] as NatsPlace).clients, ...login });
      try {
        await jsApi(nats, `STREAM.CREATE.${PROBE.name}`, PROBE);
        await jsApi(nats, `STREAM.DELETE.${PROBE.name}`);
        return true;
      } finally {
        nats.close();
      }
    },
    { what: 'the cluster places a stream on three servers', withinMs: 30_000, everyMs: 100 },
  );
