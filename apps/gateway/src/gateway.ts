import type { ControlView } from '#domain';
import type { Nats } from '#event-store-jetstream';
import {
  bindHealth,
  controlLogCheck,
  createControlLog,
  followStore,
  createHttpServer,
  createIdempotency,
  createMetrics,
  listen,
  startNestHttp,
  systemClock,
  systemIds,
  type Check,
  type ControlLog,
  type HttpServer,
  type Metrics,
  type RouteHost,
} from '#platform';
import { gatewayLogs, streamsThere } from './gateway-logs.js';
import type { GatewayOptions } from './gateway-options.js';
import { gatewayParts, type GatewayParts } from './gateway-parts.js';
import { GatewayModule } from './gateway.module.js';
import { bindHotRoutes } from './hot-routes.js';

export interface Gateway {
  readonly url: string;
  readonly server: HttpServer;
  readonly parts: GatewayParts;
  readonly view: ControlView;
  /** Stops serving, leaves the mesh; the connection stays the caller's. */
  stop(): Promise<void>;
}

/** Starts a gateway in this process: it has caught up with the log and is a member when this resolves. */
export const startGateway = async (options: GatewayOptions): Promise<Gateway> => {
  const { nats, gateway, region, log, clock = systemClock, ids = systemIds } = options;
  await streamsThere(nats);
  const metrics = createMetrics('gateway', { labels: { gateway, region } });
  const logs = gatewayLogs(nats);
  const serving = { started: false, stopping: false };
  const controlLog = createControlLog({
    source: followStore(logs.control),
    log,
    onChange: (change, stored) => parts.enforcement.onChange(change, stored),
    onApplied: () => parts.enforcement.onApplied(),
  });
  const parts: GatewayParts = gatewayParts({
    ...options,
    logs,
    controlLog,
    metrics,
    clock,
    ids,
    stopping: () => serving.stopping,
  });
  const host: RouteHost = {
    view: controlLog.view,
    clock,
    log,
    ready: () => parts.gate.ready(),
    notReadyCode: 'gateway_fenced',
    idempotency: createIdempotency(logs.idempotency, clock),
    admit: (route, call) => parts.gate.admit(route, call),
  };
  const server = createHttpServer({
    service: 'gateway',
    log,
    metrics,
    fallback: parts.forwarding.handle,
  });
  bindReadiness(server, { nats, controlLog, parts, metrics, serving });
  const bind = (): RouteHost => {
    bindHotRoutes(server, host, parts);
    return host;
  };
  const app = await startNestHttp({ module: GatewayModule.of(parts), server, log, host: bind });
  const url = await listen(server, { host: options.host ?? '127.0.0.1', port: options.port });
  await controlLog.start();
  parts.start();
  await parts.membership.join(options.publicUrl ?? url);
  serving.started = true;
  const stop = async (): Promise<void> => {
    serving.stopping = true;
    parts.meshStream.close();
    await parts.stop();
    await app.close();
    await controlLog.stop();
  };
  return { url, server, parts, view: controlLog.view, stop };
};

interface Readiness {
  readonly nats: Nats;
  readonly controlLog: ControlLog;
  readonly parts: GatewayParts;
  readonly metrics: Metrics;
  readonly serving: { readonly started: boolean; readonly stopping: boolean };
}

const bindReadiness = (server: HttpServer, readiness: Readiness): void => {
  const { nats, controlLog, parts, metrics, serving } = readiness;
  bindHealth(server, {
    metrics,
    started: () => serving.started,
    checks: {
      control_log: () => controlLogCheck(controlLog),
      member: () => unless(parts.membership.member, 'not a member of the mesh (any more)'),
      serving: () => unless(!serving.stopping, 'stopping'),
      nats: () => unless(nats.connected(), 'NATS cannot be reached'),
      gate: () => unless(parts.gate.ready(), 'cannot prove its state'),
    },
  });
};

const unless = (ok: boolean, detail: string): Check => (ok ? { ok } : { ok, detail });
