import type { INestApplication } from '@nestjs/common';
import {
  commandRoutes,
  gatewayRoutes,
  type ControlEvent,
  type LedgerEvent,
  type SessionEvent,
} from '#contracts';
import type { ReadModelDatabase } from '#database';
import type { EventStore, KeyValue, Messaging } from '#event-store';
import type { NodeShell } from '#containment';
import {
  bindHealth,
  bindOpenApi,
  controlLogCheck,
  createHttpServer,
  createIdempotency,
  startNestHttp,
  type Check,
  type Clock,
  type ControlLog,
  type HttpServer,
  type Ids,
  type Logger,
  type Metrics,
} from '#platform';
import { Armings } from './canary/armings.js';
import { Canaries } from './canary/canaries.js';
import { CanaryWatch } from './canary/canary-watch.js';
import { CommandApiModule } from './command-api.module.js';
import { armingGauge, CommandMetrics, nodeGauges } from './command-metrics.js';
import { Control } from './control/control.js';
import { ForwardedCommands } from './forwarding/forwarded-commands.js';
import { EndedBoots } from './gateways/ended-boots.js';
import { FenceWatch } from './gateways/fence-watch.js';
import { GatewayReports } from './gateways/gateway-reports.js';
import { MeshStreams } from './mesh/mesh-streams.js';
import { nodeCheck, openMeshNode, type KillPath, type MeshNode } from './node/mesh-node.js';
import { BreachRequests } from './policies/breach-requests.js';
import { Breaches } from './policies/breaches.js';
import { Every } from './reactors/every.js';
import { ExpiryReactor } from './reactors/expiry-reactor.js';
import { ReadModel } from './read-model/read-model.js';
import { LedgerStore } from './budgets/ledger-reading.js';
import { SessionStore } from './sessions/session-kills.js';
import { GoneReceivers } from './webhooks/gone-receivers.js';
import type { Outward } from './webhooks/outward.js';

/** Everything that a command API reaches out to. */
export interface CommandApiOptions {
  /** The name that the operator gave to this control node. */
  readonly nodeId: string;
  readonly version: string;
  /** How often the canary of each region is stopped and resumed, milliseconds; `0`: never. */
  readonly canaryEveryMs: number;
  /** Over a connection of its own: a stop never waits behind anything else. */
  readonly killPath: KillPath;
  readonly store: EventStore<ControlEvent>;
  /** To find what a kill names. */
  readonly sessions: Pick<EventStore<SessionEvent>, 'first'>;
  readonly ledger: Pick<EventStore<LedgerEvent>, 'last' | 'read'>;
  readonly outward: Outward;
  readonly messaging: Messaging;
  readonly idempotency: KeyValue;
  /** `null`: without a read model. */
  readonly database: ReadModelDatabase | null;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
  readonly metrics: Metrics;
  natsConnected(): boolean;
  /** Where others reach this command API; known once it listens. */
  url(): string | null;
}

export interface CommandApi {
  readonly server: HttpServer;
  /** The control node in this process. */
  readonly node: NodeShell;
  /** Pushes what the node's disk holds, at once; resolves when the control log is read. Until then every route that needs a key answers 503. */
  start(): Promise<void>;
  /** `true` once everything up to this sequence of the control log is in force here, `false` when the time is over. */
  applied(sequence: number, timeoutMs: number): Promise<boolean>;
  stop(): Promise<void>;
}

const EXPIRY_EVERY_MS = 250;
const RETAIN_EVERY_MS = 1000;
const CANARY_LOOK_EVERY_MS = 1000;
const BARRIER_MS = 1000;

/** The command API, all but its port: ready for `inject()`, for `listen` and for forwarded requests. */
export const createCommandApi = async (options: CommandApiOptions): Promise<CommandApi> => {
  const { messaging, clock, ids, logger, metrics } = options;
  const reports = new GatewayReports(clock);
  const node = await openMeshNode({
    ...options,
    name: options.nodeId,
    onApplied: () => reports.check(),
    rejected: (what) => counted.rejected(what),
  });
  const { log, store, shell, regions } = node;
  const counted = new CommandMetrics(metrics, log.view);
  nodeGauges(metrics, shell);
  const armings = new Armings(clock);
  armingGauge(metrics, { armings, view: log.view });
  const control = new Control({ log, store, reports, node: shell, regions, clock, ids, logger });
  const readModel = new ReadModel({ db: options.database, clock, logger });
  const streams = new MeshStreams({ store, controlLog: log, clock });
  const server = createHttpServer({ service: 'command-api', log: logger, metrics });
  let started = false;
  const checks = checksOf(node, options);
  bindHealth(server, { metrics, started: () => started, checks });
  bindOpenApi(server, [...new Set([...gatewayRoutes, ...commandRoutes])], {
    version: options.version,
  });
  const app = await startNestHttp({
    module: CommandApiModule.with({
      ...{ control, readModel, streams, messaging, armings, metrics: counted },
      sessions: new SessionStore(options.sessions),
      ledger: new LedgerStore(options.ledger),
      outward: options.outward,
      canaryEveryMs: options.canaryEveryMs,
    }),
    server,
    log: logger,
    host: () => ({
      view: log.view,
      clock,
      ready: () => log.ready(),
      notReadyCode: 'log_unavailable',
      idempotency: createIdempotency(options.idempotency, clock),
      log: logger,
    }),
  });
  const requests = requestsOf(app, { server, log }, options);
  const reactors = reactorsOf(app, control, options);
  log.listen((stored) => app.get(CanaryWatch).heard(stored));
  log.listen((stored) => app.get(EndedBoots).heard(stored));
  return {
    server,
    node: shell,
    start: async () => {
      reports.listen(messaging, (gateway, message) => shell.signing.openPosition(gateway, message));
      await log.start();
      started = true;
      for (const part of requests) part.listen();
      for (const { reactor, everyMs } of reactors) reactor.start(everyMs);
    },
    applied: (sequence, timeoutMs) => log.until(sequence, timeoutMs),
    stop: async () => {
      for (const { reactor } of reactors) reactor.stop();
      for (const part of requests) part.stop();
      streams.close();
      await server.close();
      reports.stop();
      await log.stop();
      await app.close();
    },
  };
};

/** What others ask of any command API over NATS. */
const requestsOf = (
  app: INestApplication,
  { server, log }: { readonly server: HttpServer; readonly log: ControlLog },
  { messaging, killPath, logger }: CommandApiOptions,
) => [
  new ForwardedCommands({
    ...{ server, logger, messaging: [messaging, killPath.messaging] },
    barrier: () => log.barrier(BARRIER_MS),
  }),
  new BreachRequests({
    ...{ messaging, logger },
    handle: (request) => app.get(Breaches).handle(request),
  }),
  new GoneReceivers(app.get(Control), messaging),
];

const reactorsOf = (
  app: INestApplication,
  { view, parts }: Control,
  { canaryEveryMs }: CommandApiOptions,
) => {
  const { logger, reports } = parts;
  const expiry = app.get(ExpiryReactor);
  const canaries = app.get(Canaries);
  const fences = app.get(FenceWatch);
  const armings = app.get(Armings);
  const retain = (): Promise<void> => {
    reports.retain(view.gateways());
    armings.retain(new Set(view.gateways().map(({ region }) => region)));
    return Promise.resolve();
  };
  const canary = new Every('canary', logger, () => canaries.run(canaryEveryMs));
  return [
    { reactor: new Every('expiry', logger, () => expiry.run()), everyMs: EXPIRY_EVERY_MS },
    { reactor: new Every('reports', logger, retain), everyMs: RETAIN_EVERY_MS },
    { reactor: new Every('fences', logger, () => fences.run()), everyMs: RETAIN_EVERY_MS },
    ...(canaryEveryMs > 0 ? [{ reactor: canary, everyMs: CANARY_LOOK_EVERY_MS }] : []),
  ];
};

const checksOf = ({ log, shell }: MeshNode, options: CommandApiOptions) => ({
  control_log: () => controlLogCheck(log),
  node: () => nodeCheck(shell),
  nats: () => natsCheck(options),
});

const natsCheck = (options: CommandApiOptions): Check =>
  options.natsConnected() ? { ok: true } : { ok: false, detail: 'NATS cannot be reached' };
