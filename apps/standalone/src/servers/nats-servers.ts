import { join } from 'node:path';
import { freePort, startNatsServer, type NatsServerOptions } from '#embedded';
import {
  hubAccounts,
  leafAccounts,
  meshUsers,
  regionUsers,
  type MeshServices,
} from '#event-store-jetstream';
import { natsPassword, saveServersFile } from '../data/servers-file.js';
import { adoptStore } from './adopt-store.js';
import { hubText, leafText, leafUrls, type HubServer } from './hub-config.js';
import type { KeptServer } from './kept-server.js';
import type { NatsAddresses } from './nats-logins.js';
import { keptServer, lastPort, type Surroundings } from './surroundings.js';

const HUB_SIZE = 3;
const ROUTE_USER = 'route';

/** The NATS servers of a mesh on this machine: those in `started` are ended by whoever asked for them. */
export class NatsServers {
  constructor(
    private readonly around: Surroundings,
    private readonly services: MeshServices,
    private readonly started: KeptServer[],
  ) {}

  /** @throws Error with a server's own words when it does not start. */
  async start(): Promise<NatsAddresses> {
    const { servers, data } = this.around;
    for (const { name } of meshUsers(this.services)) natsPassword(servers, name);
    natsPassword(servers, ROUTE_USER);
    await saveServersFile(data.servers, servers);
    return servers.nats.topology === 'single' ? this.single() : this.hubAndLeaves();
  }

  private readonly quotedPassword = (user: string): string =>
    JSON.stringify(natsPassword(this.around.servers, user));

  private async single(): Promise<NatsAddresses> {
    const dir = this.around.data.nats;
    await adoptStore(dir);
    const config = hubAccounts(meshUsers(this.services), this.quotedPassword);
    return { hub: [await this.run('nats-server', { dir, config })], leaves: new Map() };
  }

  private async hubAndLeaves(): Promise<NatsAddresses> {
    const hub = await this.hubPlaces();
    const urls = await Promise.all(hub.map((place) => this.hubServer(place, hub)));
    const regions = [...new Set(this.services.gateways.map(({ region }) => region))];
    const leaves = await Promise.all(
      regions.map(async (region) => [region, await this.leafServer(region, hub)] as const),
    );
    return { hub: urls, leaves: new Map(leaves) };
  }

  private hubServer(place: HubServer, hub: readonly HubServer[]): Promise<string> {
    const route = { user: ROUTE_USER, password: natsPassword(this.around.servers, ROUTE_USER) };
    const accounts = hubAccounts(meshUsers(this.services), this.quotedPassword);
    return this.run(`nats-server ${place.name}`, {
      dir: join(this.around.data.nats, place.name),
      name: place.name,
      config: hubText(place, hub, route) + accounts,
    });
  }

  private leafServer(region: string, hub: readonly HubServer[]): Promise<string> {
    const name = `leaf-${region}`;
    const users = regionUsers(this.services, region);
    const names = users.map((user) => user.name);
    const urlsOf = (user: string) =>
      leafUrls(hub, { user, password: natsPassword(this.around.servers, user) });
    return this.run(`nats-server ${name}`, {
      dir: join(this.around.data.nats, name),
      name,
      jetStream: false,
      config: leafText(names, urlsOf) + leafAccounts(users, this.quotedPassword),
    });
  }

  private async run(name: string, options: NatsServerOptions): Promise<string> {
    const server = keptServer(name, this.around, (port) =>
      startNatsServer({ ...options, ...(port === null ? {} : { port }) }),
    );
    this.started.push(server);
    const { ports } = this.around.servers;
    const { url, port } = await server.start(await lastPort(ports[name]));
    ports[name] = port;
    return url;
  }

  /** Ports by which the servers of the hub are found: known before the first one is started. */
  private async hubPlaces(): Promise<HubServer[]> {
    const { ports } = this.around.servers;
    const portOf = async (name: string): Promise<number> =>
      (ports[name] = (await lastPort(ports[name])) ?? (await freePort()));
    const places: HubServer[] = [];
    for (let number = 1; number <= HUB_SIZE; number += 1) {
      const name = `hub-${number}`;
      places.push({
        name,
        routes: await portOf(`nats-server ${name} routes`),
        leaves: await portOf(`nats-server ${name} leaves`),
      });
    }
    return places;
  }
}
