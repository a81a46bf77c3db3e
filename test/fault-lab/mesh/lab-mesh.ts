import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { findNatsServer } from '#embedded';
import { firstStart } from '../../../apps/standalone/src/first-start/first-start.js';
import type { Credentials } from '../../../apps/standalone/src/first-start/credentials.js';
import type { Crash, LabProcess } from '../process/lab-process.js';
import type { SmallDisk } from '../process/small-disk.js';
import { Proxies } from '../proxy/proxies.js';
import { waitFor } from '../time.js';
import { accessText, labLogin, provisionLogin } from './access.js';
import { call } from './client.js';
import { DATABASE, LabDatabase } from './database.js';
import { directNatsUrl, planLayout, type Layout, type Topology } from './layout.js';
import { clusterIsUp, leafServer, natsServers, type NatsSettings } from './nats-servers.js';
import {
  controlNodes,
  gatewayService,
  projectorService,
  type Service,
  type ServiceSettings,
} from './services.js';

const READY_MS = 30_000;

/** A whole mesh in real processes, every connection of which goes through a link that can break. */
export class LabMesh {
  /** File systems of its own, unmounted at its end. */
  readonly disks: SmallDisk[] = [];
  readonly layout: Layout;
  readonly dir: string;
  /** Of the hub. */
  readonly servers: readonly LabProcess[];
  readonly leaf: LabProcess | null;
  readonly database: LabDatabase;
  readonly nodes: readonly Service[];
  readonly gateways: readonly Service[];
  readonly projector: Service;
  credentials!: Credentials;
  proxies!: Proxies;

  private constructor(private readonly nats: NatsSettings) {
    const { layout, dir } = nats;
    const services: ServiceSettings = { layout, dir, database: DATABASE };
    this.layout = layout;
    this.dir = dir;
    this.servers = natsServers(nats);
    this.leaf = leafServer(nats);
    this.database = new LabDatabase(join(dir, 'postgres'), layout.postgres);
    this.nodes = controlNodes(services);
    this.gateways = layout.gateways.map((place) => gatewayService(services, place));
    this.projector = projectorService(services);
  }

  /** Everything planned and written down in a directory of its own; nothing runs yet. */
  static async plan(dir: string, topology: Topology = 'hub'): Promise<LabMesh> {
    mkdirSync(dir, { recursive: true });
    const layout = await planLayout(topology);
    const binary = await findNatsServer();
    return new LabMesh({ layout, dir, binary, access: accessText(layout), login: labLogin });
  }

  /** @throws Error with the last words of what did not start. */
  async start(): Promise<void> {
    this.proxies = await Proxies.start(this.layout.links);
    await Promise.all([...this.servers.map((server) => server.start()), this.startDatabase()]);
    await clusterIsUp(this.nats);
    this.credentials = await firstStart({
      natsUrl: directNatsUrl(this.layout),
      natsUser: provisionLogin.user,
      natsPassword: provisionLogin.password,
      replicas: this.servers.length,
      credentialsFile: join(this.dir, 'credentials.json'),
      names: { org: null, workspace: null },
    });
    await this.leaf?.start();
    await Promise.all(this.services.map((service) => service.start()));
    await this.healed();
  }

  get services(): readonly Service[] {
    return [...this.nodes, this.projector, ...this.gateways];
  }

  get processes(): readonly LabProcess[] {
    return [...this.servers, ...(this.leaf === null ? [] : [this.leaf]), ...this.services];
  }

  /** Every end of a process that nobody asked for, in no order. */
  get crashes(): readonly Crash[] {
    return this.processes.flatMap((it) => it.crashes);
  }

  /** @throws Error when there is no such process. */
  find(name: string): LabProcess {
    const found = this.processes.find((it) => it.name === name);
    if (found === undefined) throw new Error(`there is no process ${name}`);
    return found;
  }

  gateway(name: string): Service {
    return this.gateways.find((it) => it.name === name) ?? (this.find(name) as Service);
  }

  /** All nodes and gateways say that they are ready. */
  healed(withinMs = READY_MS): Promise<void> {
    const services = [...this.nodes, ...this.gateways];
    const ready = async ({ url }: Service): Promise<boolean> =>
      (await call(url, 'GET /readyz', { key: 'none', withinMs: 1000 })).status === 200;
    return waitFor(async () => (await Promise.all(services.map(ready))).every(Boolean), {
      what: 'every node and gateway is ready',
      withinMs,
      everyMs: 50,
    });
  }

  /** Whatever has happened, nothing of it runs afterwards. */
  async stop(): Promise<void> {
    await Promise.all(this.services.map((service) => service.stop()));
    await this.database.stop();
    await this.leaf?.stop();
    await Promise.all(this.servers.map((server) => server.stop()));
    await this.proxies?.stop();
    for (const disk of this.disks) await disk.remove();
  }

  private async startDatabase(): Promise<void> {
    await this.database.start();
    await this.database.create();
  }
}
