import type { GatewayShell } from '#containment';
import type { ControlView } from '#domain';
import type { Nats } from '#event-store-jetstream';
import {
  bindHealth,
  createControlLog,
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
  type Logger,
  type Metrics,
  type RouteHost,
} from '#platform';
import { openContainment } from './containment.js';
import { leaseCheck } from './control/lease-check.js';
import { gatewayLogs, killPath, streamsThere } from './gateway-logs.js';
import type { GatewayOptions } from './gateway-options.js';
import { gatewayParts, lateHandlers, type GatewayParts } from './gateway-parts.js';
import { GatewayModule } from './gateway.module.js';
import { bindHotRoutes } from './hot-routes.js';

export interface Gateway {
  readonly url: string;
  readonly server: HttpServer;
  readonly parts: GatewayParts;
  readonly view: ControlView;
  /** Resolves with the first proof: the log is read, this gateway is a member and serves. */
  readonly serving: Promise<void>;
  /** Stops serving, leaves the mesh; the connections stay the caller's. */
  stop(): Promise<void>;
}

/** Starts a gateway in this process: it serves when this resolves. */
export const startGateway = async (options: GatewayOptions): Promise<Gateway> => {
  const gateway = await openGateway(options);
  await gateway.serving;
  return gateway;
};

/** Starts a gateway in this process: it listens when this resolves, and says why it does not serve yet. */
export const openGateway = async (options: GatewayOptions): Promise<Gateway> => {
  const { nats, gateway, region, log, clock = systemClock, ids = systemIds } = options;
  const metrics = createMetrics('gateway', { labels: { gateway, region } });
  const logs = gatewayLogs(nats);
  const wires = killPath(options.control);
  const serving: Serving = { started: false, stopping: false, url: null };
  const shell = await openContainment({
    ...{ gateway, region, clock, ids, logger: log, directory: options.dataDir },
    ...wires,
    modes: options.modes,
    url: () => options.publicUrl ?? serving.url,
    handlers: lateHandlers(() => parts.enforcement),
  });
  const controlLog = createControlLog({
    source: {
      start: () => shell.start(),
      connected: () => shell.connected,
      lastSequence: () => logs.control.lastSequence(),
      stop: () => shell.stop(),
    },
    log,
    onChange: (change, stored) => parts.enforcement.onChange(change, stored),
  });
  const made = { logs, killPath: wires, shell, controlLog, metrics, clock, ids };
  const parts: GatewayParts = gatewayParts({
    ...options,
    ...made,
    stopping: () => serving.stopping,
  });
  const host: RouteHost = {
    view: controlLog.view,
    clock,
    log,
    ready: () => parts.gate.ready(),
    servesUnproven: (principal) => parts.gate.servesUnproven(principal),
    notReadyCode: 'gateway_fenced',
    idempotency: createIdempotency(logs.idempotency, clock),
    admit: (route, call) => parts.gate.admit(route, call),
    answer: (route, call, send) => parts.gate.answer(route, call, send),
  };
  const server = createHttpServer({
    service: 'gateway',
    log,
    metrics,
    fallback: parts.forwarding.handle,
  });
  bindReadiness(server, { options, controlLog, shell, metrics, serving });
  const bind = (): RouteHost => {
    bindHotRoutes(server, host, parts);
    return host;
  };
  const app = await startNestHttp({ module: GatewayModule.of(parts), server, log, host: bind });
  const url = await listen(server, { host: options.host ?? '127.0.0.1', port: options.port });
  serving.url = url;
  const stop = async (): Promise<void> => {
    serving.stopping = true;
    parts.meshStream.close();
    // In this turn everything stops moving; only then is goodbye said.
    await Promise.all([parts.stop(), controlLog.stop(), app.close()]);
  };
  const started = serve({ nats, log, serving, controlLog, parts });
  return { url, server, parts, view: controlLog.view, serving: started, stop };
};

interface Serving {
  started: boolean;
  stopping: boolean;
  url: string | null;
}

const STILL_WAITING_MS = 5000;

const serve = async (gateway: {
  readonly nats: Nats;
  readonly log: Logger;
  readonly serving: Serving;
  readonly controlLog: ControlLog;
  readonly parts: GatewayParts;
}): Promise<void> => {
  const { nats, log, serving, controlLog, parts } = gateway;
  const waiting = setInterval(() => {
    if (serving.stopping) return clearInterval(waiting);
    log.warn({ why: leaseCheck(parts.shell).detail }, 'not ready: nothing is admitted yet');
  }, STILL_WAITING_MS);
  try {
    await streamsThere(nats, () => serving.stopping);
    if (serving.stopping) return;
    parts.start();
    await controlLog.start();
    serving.started = true;
  } finally {
    clearInterval(waiting);
  }
};

interface Readiness {
  readonly options: Pick<GatewayOptions, 'nats' | 'control'>;
  readonly controlLog: ControlLog;
  readonly shell: GatewayShell;
  readonly metrics: Metrics;
  readonly serving: Serving;
}

const bindReadiness = (server: HttpServer, readiness: Readiness): void => {
  const { options, controlLog, shell, metrics, serving } = readiness;
  bindHealth(server, {
    metrics,
    started: () => serving.started,
    checks: {
      control_log: () => logCheck(shell, controlLog),
      lease: () => leaseCheck(shell),
      serving: () => unless(!serving.stopping, 'stopping'),
      nats: () => unless(options.nats.connected(), 'NATS cannot be reached'),
      kill_path: () => unless(options.control.connected(), 'NATS cannot be reached'),
    },
  });
};

/** Without the log the lease tells: while control nodes prove its state, this gateway knows every stop. */
const logCheck = (shell: GatewayShell, { position }: ControlLog): Check => {
  if (shell.phase === 'reading') return { ok: false, detail: `not read: at ${position}` };
  const detail = `in force up to ${position}`;
  return shell.connected
    ? { ok: true, detail }
    : { ok: shell.admits(), detail: `not followed: ${detail}` };
};

const unless = (ok: boolean, detail: string): Check => (ok ? { ok } : { ok, detail });
