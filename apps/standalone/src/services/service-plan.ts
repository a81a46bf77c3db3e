import { fileURLToPath } from 'node:url';
import { freePort, isPortFree } from '#embedded';
import { CannotStart } from '../cannot-start.js';
import type { ServersFile } from '../data/servers-file.js';
import type { Options } from '../options.js';
import type { Infrastructure } from '../servers/infrastructure.js';
import type { ServicePlan } from './kept-service.js';

export interface GatewayPlan extends ServicePlan {
  readonly id: string;
  readonly region: string;
}

export interface MeshPlan {
  readonly gateways: readonly GatewayPlan[];
  readonly commandApi: ServicePlan;
  readonly projector: ServicePlan;
}

/** The command API listens so far above the first gateway. */
const COMMAND_API_OFFSET = 100;
const PORT_MAX = 65_535;
const COMMAND_API = 'command-api';
const PROJECTOR = 'audit-projector';

const mainOf = (app: string): string =>
  fileURLToPath(new URL(`../../../${app}/src/main.js`, import.meta.url));

/** The last port where it is free, so that addresses stay the same; otherwise any that is free and not given yet. */
const anyPort = async (last: number | undefined, given: ReadonlySet<number>): Promise<number> => {
  if (last !== undefined && !given.has(last) && (await isPortFree(last))) return last;
  for (;;) {
    const port = await freePort();
    if (!given.has(port)) return port;
  }
};

/** A port that was asked for must be free. */
const fixedPort = async (name: string, fixed: number): Promise<number> => {
  if (fixed > PORT_MAX) {
    throw new CannotStart(
      `port ${fixed} for ${name} is above ${PORT_MAX}`,
      'choose a lower one with --port',
    );
  }
  if (await isPortFree(fixed)) return fixed;
  const cure = 'choose another with --port, or --port 0 for free ports';
  throw new CannotStart(`port ${fixed}, wanted by ${name}, is in use`, cure);
};

const withoutOurs = (env: NodeJS.ProcessEnv): Record<string, string> =>
  Object.fromEntries(
    Object.entries(env).filter(
      (entry): entry is [string, string] =>
        entry[1] !== undefined && !/^(ESTOP_|NODE_CHANNEL_)/.test(entry[0]),
    ),
  );

const environment = (options: Options, infrastructure: Infrastructure): Record<string, string> => ({
  ...withoutOurs(process.env),
  NODE_ENV: 'production',
  ESTOP_NATS_URL: infrastructure.natsUrl,
  ...(infrastructure.natsUser === null ? {} : { ESTOP_NATS_USER: infrastructure.natsUser }),
  ...(infrastructure.natsPassword === null
    ? {}
    : { ESTOP_NATS_PASSWORD: infrastructure.natsPassword }),
  ...(options.otlpUrl === null ? {} : { ESTOP_OTLP_URL: options.otlpUrl }),
  ESTOP_HOST: '127.0.0.1',
  ESTOP_LOG_LEVEL: options.logLevel,
});

/** Which services run, where, with which settings. The ports that were free are theirs until they listen on them. */
export class MeshPlanner {
  constructor(
    private readonly options: Options,
    private readonly servers: ServersFile,
  ) {}

  /** @throws CannotStart when a port that was asked for is in use: found before anything is started. */
  async ports(): Promise<ReadonlyMap<string, number>> {
    const { port } = this.options;
    const wanted = this.gatewayNames().map(({ id }, index) => [id, port + index] as const);
    const ports = new Map<string, number>();
    for (const [name, fixed] of [...wanted, [COMMAND_API, port + COMMAND_API_OFFSET] as const]) {
      const given = new Set(ports.values());
      const chosen = port === 0 ? anyPort(this.servers.ports[name], given) : fixedPort(name, fixed);
      ports.set(name, await chosen);
    }
    // Nobody but a scraper of metrics asks it, so its port is any that is free.
    const given = new Set(ports.values());
    return ports.set(PROJECTOR, await anyPort(this.servers.ports[PROJECTOR], given));
  }

  plan(infrastructure: Infrastructure, ports: ReadonlyMap<string, number>): MeshPlan {
    const env = environment(this.options, infrastructure);
    const portOf = (name: string) => String(ports.get(name) ?? 0);
    return {
      gateways: this.gatewayNames().map(({ id, region }) => ({
        id,
        region,
        name: `gateway ${id}`,
        file: mainOf('gateway'),
        env: { ...env, ESTOP_PORT: portOf(id), ESTOP_REGION: region, ESTOP_GATEWAY_ID: id },
      })),
      commandApi: {
        name: COMMAND_API,
        file: mainOf(COMMAND_API),
        env: {
          ...env,
          ESTOP_PORT: portOf(COMMAND_API),
          ESTOP_DATABASE_URL: infrastructure.databaseUrl,
          ESTOP_NODE_ID: this.servers.nodeId,
        },
      },
      projector: {
        name: PROJECTOR,
        file: mainOf(PROJECTOR),
        env: {
          ...env,
          ESTOP_PORT: portOf(PROJECTOR),
          ESTOP_DATABASE_URL: infrastructure.databaseUrl,
        },
      },
    };
  }

  private gatewayNames(): { id: string; region: string }[] {
    const { regions, gatewaysPerRegion } = this.options;
    const numbers = Array.from({ length: gatewaysPerRegion }, (_, index) => index + 1);
    return regions.flatMap((region) =>
      numbers.map((number) => ({ id: `${region}-${number}`, region })),
    );
  }
}
