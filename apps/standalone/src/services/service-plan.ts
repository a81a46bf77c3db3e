import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, isPortFree } from '#embedded';
import { CannotStart } from '../cannot-start.js';
import type { DataDirectory } from '../data/data-directory.js';
import type { ServersFile } from '../data/servers-file.js';
import type { Options } from '../options.js';
import type { Infrastructure } from '../servers/infrastructure.js';
import type { NatsLogin } from '../servers/nats-logins.js';
import type { ServicePlan } from './kept-service.js';

export interface GatewayPlan extends ServicePlan {
  readonly id: string;
  readonly region: string;
}

/** Nobody waits for it: gateways and command APIs are ready, and stop agents, without it. */
export interface SidePlan extends ServicePlan {
  /** Its name in `mesh.json`, where its address is. */
  readonly place: string;
}

export interface MeshPlan {
  readonly gateways: readonly GatewayPlan[];
  readonly commandApis: readonly ServicePlan[];
  readonly projector: ServicePlan;
  readonly sides: readonly SidePlan[];
}

/** The first command API listens so far above the first gateway; the others follow. */
const COMMAND_API_OFFSET = 100;
const PORT_MAX = 65_535;
const COMMAND_API = 'command-api';
const PROJECTOR = 'audit-projector';
const EVALUATOR = 'policy-evaluator';
const NOTIFIER = 'notifier';

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
const fixedPort = async (
  name: string,
  fixed: number,
  given: ReadonlySet<number>,
): Promise<number> => {
  if (fixed > PORT_MAX) {
    throw new CannotStart(
      `port ${fixed} for ${name} is above ${PORT_MAX}`,
      'choose a lower one with --port',
    );
  }
  if (!given.has(fixed) && (await isPortFree(fixed))) return fixed;
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

const commonVariables = (options: Options): Record<string, string> => ({
  ...withoutOurs(process.env),
  NODE_ENV: 'production',
  ...(options.otlpUrl === null ? {} : { ESTOP_OTLP_URL: options.otlpUrl }),
  ESTOP_HOST: '127.0.0.1',
  ESTOP_LOG_LEVEL: options.logLevel,
});

const natsVariables = ({ url, user, password, domain }: NatsLogin): Record<string, string> => ({
  ESTOP_NATS_URL: url,
  ...(user === null ? {} : { ESTOP_NATS_USER: user }),
  ...(password === null ? {} : { ESTOP_NATS_PASSWORD: password }),
  ...(domain === null ? {} : { ESTOP_NATS_DOMAIN: domain }),
});

interface Given {
  readonly ports: ReadonlyMap<string, number>;
  /** What secrets in the log are sealed with. */
  readonly secretsKey: string;
}

/** Which services run, where, with which settings. The ports that were free are theirs until they listen on them. */
export class MeshPlanner {
  readonly nodes: readonly string[];
  readonly gateways: readonly { readonly id: string; readonly region: string }[];

  constructor(
    private readonly options: Options,
    private readonly data: DataDirectory,
    private readonly servers: ServersFile,
  ) {
    const { regions, gatewaysPerRegion, controlNodes } = options;
    const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
    this.nodes = upTo(controlNodes).map((number) => `node-${number}`);
    this.gateways = regions.flatMap((region) =>
      upTo(gatewaysPerRegion).map((number) => ({ id: `${region}-${number}`, region })),
    );
  }

  /** @throws CannotStart when a port that was asked for is in use: found before anything is started. */
  async ports(): Promise<ReadonlyMap<string, number>> {
    const { port } = this.options;
    const wanted = [
      ...this.gateways.map(({ id }, index) => [id, port + index] as const),
      ...this.nodes.map((node, index) => [node, port + COMMAND_API_OFFSET + index] as const),
    ];
    const ports = new Map<string, number>();
    for (const [name, fixed] of wanted) {
      const given = new Set(ports.values());
      const last = this.servers.ports[name];
      const chosen = port === 0 ? anyPort(last, given) : fixedPort(name, fixed, given);
      ports.set(name, await chosen);
    }
    // Nobody but a scraper of metrics asks these, so their ports are any that are free.
    for (const app of [PROJECTOR, EVALUATOR, NOTIFIER]) {
      ports.set(app, await anyPort(this.servers.ports[app], new Set(ports.values())));
    }
    return ports;
  }

  plan(infrastructure: Infrastructure, given: Given): MeshPlan {
    const { nats, databaseUrl } = infrastructure;
    const { ports, secretsKey } = given;
    const service = (app: string, place: string, own: Record<string, string>): ServicePlan => ({
      name: place === app ? app : `${app} ${place}`,
      file: mainOf(app),
      env: { ...commonVariables(this.options), ESTOP_PORT: String(ports.get(place) ?? 0), ...own },
    });
    const dataDir = (app: string, place: string) => ({
      ESTOP_DATA_DIR: join(this.data.services, place === app ? app : `${app}-${place}`),
    });
    const side = (app: string, own: Record<string, string>): SidePlan => ({
      ...service(app, app, { ...own, ...dataDir(app, app) }),
      place: app.replaceAll('-', '_'),
      mayFail: true,
    });
    return {
      gateways: this.gateways.map(({ id, region }) => ({
        id,
        region,
        ...service('gateway', id, {
          ...natsVariables(nats.gateway({ id, region })),
          ...dataDir('gateway', id),
          ESTOP_REGION: region,
          ESTOP_GATEWAY_ID: id,
        }),
      })),
      commandApis: this.nodes.map((node) =>
        service(COMMAND_API, node, {
          ...natsVariables(nats.node(node)),
          ...dataDir(COMMAND_API, node),
          ESTOP_DATABASE_URL: databaseUrl,
          ESTOP_NODE_ID: node,
          ESTOP_SECRETS_KEY: secretsKey,
        }),
      ),
      projector: service(PROJECTOR, PROJECTOR, {
        ...natsVariables(nats.projector),
        ESTOP_DATABASE_URL: databaseUrl,
      }),
      sides: [
        side(EVALUATOR, natsVariables(nats.evaluator)),
        side(NOTIFIER, {
          ...natsVariables(nats.notifier),
          ESTOP_SECRETS_KEY: secretsKey,
          ...(this.options.webhookAllow === null
            ? {}
            : { ESTOP_WEBHOOK_ALLOW: this.options.webhookAllow }),
        }),
      ].filter(({ file }) => existsSync(file)),
    };
  }
}
