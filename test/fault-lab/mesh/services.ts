import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LabProcess } from '../process/lab-process.js';
import { nodeProgram } from '../process/own-child.js';
import { serviceLogin } from './access.js';
import { linkPort, natsUrlOf, type GatewayPlace, type Layout } from './layout.js';

export interface ServiceSettings {
  readonly layout: Layout;
  readonly dir: string;
  /** In the name of the database, `postgres:`. */
  readonly database: string;
}

export type Kind = 'gateway' | 'command-api' | 'audit-projector';

/** Another entry point than the app's own, with variables of its own: a gateway with a clock that is wrong, say. */
export interface EntryPoint {
  readonly file: string;
  readonly env: Readonly<Record<string, string>>;
}

/** A built file. */
export const inDist = (path: string): string =>
  fileURLToPath(new URL(`../../../${path}`, import.meta.url));

export const mainOf = (kind: Kind): EntryPoint => ({
  file: inDist(`apps/${kind}/src/main.js`),
  env: {},
});

const cleanEnvironment = (): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(ESTOP_|NODE_OPTIONS|NODE_CHANNEL)/.test(name),
    ),
  );

interface ServicePlan {
  readonly name: string;
  readonly kind: Kind;
  readonly port: number;
  readonly env: Readonly<Record<string, string>>;
}

const isReady = (said: unknown): boolean => (said as { ready?: boolean } | null)?.ready === true;

/** A service of the mesh, whose entry point can be changed between two starts. */
export class Service extends LabProcess {
  entry: EntryPoint;

  constructor(
    settings: ServiceSettings,
    readonly about: ServicePlan,
  ) {
    const { name, kind, port, env } = about;
    const { user, password, domain } = serviceLogin(kind, name);
    super({
      name,
      logFile: join(settings.dir, `${name}.log`),
      program: () =>
        nodeProgram(this.entry.file, {
          ...cleanEnvironment(),
          NODE_ENV: 'production',
          ESTOP_NATS_URL: natsUrlOf(settings.layout, name),
          ESTOP_NATS_USER: user,
          ESTOP_NATS_PASSWORD: password,
          ...(domain === null ? {} : { ESTOP_NATS_DOMAIN: domain }),
          ESTOP_HOST: '127.0.0.1',
          ESTOP_PORT: String(port),
          ...env,
          ...this.entry.env,
        }),
      ready: async (said) => {
        if (!isReady(await said)) throw new Error('it says that it is not ready');
      },
    });
    this.entry = mainOf(kind);
  }

  get url(): string {
    return `http://127.0.0.1:${this.about.port}`;
  }
}

const databaseUrl = ({ layout, database }: ServiceSettings, service: string): string =>
  `postgres://postgres@127.0.0.1:${linkPort(layout, `${service}>postgres`)}/${database}`;

/** The disk of a service: its keys, its spool or its pinned orders. */
export const dataDirOf = (dir: string, service: string): string => {
  const path = join(dir, 'data', service);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  return path;
};

export const controlNodes = (settings: ServiceSettings): Service[] =>
  settings.layout.nodes.map(
    ({ name, port }) =>
      new Service(settings, {
        name,
        kind: 'command-api',
        port,
        env: {
          ESTOP_NODE_ID: name,
          ESTOP_DATABASE_URL: databaseUrl(settings, name),
          ESTOP_DATA_DIR: dataDirOf(settings.dir, name),
        },
      }),
  );

export const gatewayService = (
  settings: ServiceSettings,
  { name, region, port }: GatewayPlace,
): Service =>
  new Service(settings, {
    name,
    kind: 'gateway',
    port,
    env: {
      ESTOP_GATEWAY_ID: name,
      ESTOP_REGION: region,
      ESTOP_DATA_DIR: dataDirOf(settings.dir, name),
    },
  });

export const projectorService = (settings: ServiceSettings): Service => {
  const { name, port } = settings.layout.projector;
  const env = { ESTOP_DATABASE_URL: databaseUrl(settings, name) };
  return new Service(settings, { name, kind: 'audit-projector', port, env });
};
