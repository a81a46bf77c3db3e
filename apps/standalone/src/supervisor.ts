import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readiness } from './announce.js';
import { openDataDirectory, type DataDirectory } from './data/data-directory.js';
import { lockMesh } from './data/mesh-lock.js';
import { MeshFile } from './data/mesh-file.js';
import { openSecretsKey } from './data/secrets-key.js';
import { openServersFile, saveServersFile } from './data/servers-file.js';
import { endLeftOvers, ProcessList } from './data/process-list.js';
import { firstStart } from './first-start/first-start.js';
import type { Options } from './options.js';
import { startInfrastructure, type Infrastructure } from './servers/infrastructure.js';
import type { KeptServer } from './servers/kept-server.js';
import type { Surroundings } from './servers/surroundings.js';
import { KeptService, type ServicePlan } from './services/kept-service.js';
import { ServiceLog } from './services/service-log.js';
import { MeshPlanner, type MeshPlan, type SidePlan } from './services/service-plan.js';

/** Told to stop before everything was up. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}

/** The whole mesh on this machine: servers first, then the first facts, then the services; stopped in reverse. */
export class Supervisor {
  private readonly servers: KeptServer[] = [];
  private readonly services: KeptService[] = [];
  private unlock: (() => void) | null = null;
  private stopping: Promise<void> | null = null;

  constructor(
    private readonly options: Options,
    private readonly say: (line: string) => void,
  ) {}

  /**
   * Resolves when every service is ready.
   *
   * @throws CannotStart for everything that the user can mend.
   * @throws Stopped when `stop` was called meanwhile.
   */
  async start(): Promise<Readiness> {
    const data = await openDataDirectory(this.options.dataDir);
    this.unlock = lockMesh(data.lock);
    const leftOvers = await endLeftOvers(data);
    if (leftOvers.length > 0)
      this.say(`ended what an earlier start left running: ${leftOvers.join(', ')}`);
    const servers = await openServersFile(data.servers, this.options.topology);
    const secretsKey = await openSecretsKey(data.secretsKey);
    const planner = new MeshPlanner(this.options, data, servers);
    const ports = await planner.ports();
    Object.assign(servers.ports, Object.fromEntries(ports));
    const processes = new ProcessList(data.processes);
    const around: Surroundings = { data, servers, processes, options: this.options, say: this.say };
    this.goOn();
    const infrastructure = await startInfrastructure(around, planner, this.servers);
    await this.provision(data, infrastructure);
    const plan = planner.plan(infrastructure, { ports, secretsKey });
    return this.startServices(plan, around, infrastructure);
  }

  /** Ends everything, within two seconds. Safe to call at any moment, and twice. */
  stop(): Promise<void> {
    this.stopping ??= this.stopAll();
    return this.stopping;
  }

  get isStopping(): boolean {
    return this.stopping !== null;
  }

  private async stopAll(): Promise<void> {
    await Promise.all(this.services.map((service) => service.stop()));
    await Promise.all(this.servers.map((server) => server.stop()));
    this.unlock?.();
  }

  private goOn(): void {
    if (this.stopping !== null) throw new Stopped();
  }

  private async provision(data: DataDirectory, infrastructure: Infrastructure): Promise<void> {
    this.goOn();
    const { org, workspace } = this.options;
    const names = { org, workspace };
    const { provision, replicas } = infrastructure.nats;
    await firstStart({
      natsUrl: provision.url,
      natsUser: provision.user,
      natsPassword: provision.password,
      replicas,
      credentialsFile: data.credentials,
      names,
    });
    this.goOn();
  }

  private async startServices(
    plan: MeshPlan,
    around: Surroundings,
    infrastructure: Infrastructure,
  ): Promise<Readiness> {
    const { data, servers, processes } = around;
    const start = (service: ServicePlan) => this.startService(service, data, processes);
    const [projector, commandApis, gateways] = await Promise.all([
      start(plan.projector),
      Promise.all(plan.commandApis.map(start)),
      Promise.all(plan.gateways.map(start)),
    ]);
    this.goOn();
    const readiness: Readiness = {
      ready: true,
      gateways: plan.gateways.map(({ id, region }, index) => ({
        id,
        region,
        url: gateways[index] as string,
      })),
      command_api: commandApis[0] as string,
      command_apis: commandApis as string[],
      dashboard: null,
      nats: infrastructure.nats.url,
      credentials: data.credentials,
    };
    await saveServersFile(data.servers, servers);
    const file = new MeshFile(data.mesh, readiness);
    await file.add('audit_projector', projector);
    for (const side of plan.sides) void this.startSide(side, file, around);
    return readiness;
  }

  /** A mesh is ready without it, so nobody waits; what ails it is told in one line. */
  private async startSide(side: SidePlan, file: MeshFile, around: Surroundings): Promise<void> {
    try {
      const url = await this.startService(side, around.data, around.processes);
      await file.add(side.place, url);
    } catch (error) {
      if (!this.isStopping) this.say(`${(error as Error).message}; the mesh goes on without it`);
    }
  }

  private async startService(
    plan: ServicePlan,
    data: DataDirectory,
    processes: ProcessList,
  ): Promise<string | null> {
    const own = plan.env.ESTOP_DATA_DIR;
    if (own !== undefined) await mkdir(own, { recursive: true, mode: 0o700 });
    this.goOn();
    const log = new ServiceLog(join(data.logs, `${plan.name.replace(' ', '-')}.log`));
    const service = new KeptService(plan, log, {
      onStarted: (name, identity) => processes.add(name, identity),
      onEnded: (name, identity) => processes.remove(name, identity),
      say: this.say,
    });
    this.services.push(service);
    return service.start();
  }
}
