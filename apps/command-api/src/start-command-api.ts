import {
  controlEvents,
  eventCodec,
  live,
  ledgerEvents,
  sessionEvents,
  streams,
  type ControlEvent,
  type LedgerEvent,
  type SessionEvent,
} from '#contracts';
import { KILL_PATH_PING_MS } from '#containment';
import { openDatabase } from '#database';
import {
  connectNats,
  IDEMPOTENCY_BUCKET,
  missingStreams,
  type Nats,
  type NatsOptions,
  Ways,
} from '#event-store-jetstream';
import {
  createLogger,
  createMetrics,
  listen,
  natsTrace,
  startTelemetry,
  systemClock,
  systemIds,
  type Clock,
  type RunningService,
} from '#platform';
import type { CommandApiConfig } from './command-api.config.js';
import { createCommandApi } from './command-api.js';
import { outwardOf } from './webhooks/outward.js';

const NAME = 'command-api';
const VERSION = '0.1.0';
const STATEMENT_MS_MAX = 5_000;
const CONNECTIONS_MAX = 8;
const STREAMS_EVERY_MS = 250;
const ANSWERS = live.answer('');

/** Opens everything. The port answers at once; routes that need a key answer 503 until the control log is read. */
export const startCommandApi = async (
  config: CommandApiConfig,
  clock: Clock = systemClock,
): Promise<RunningService> => {
  const { nodeId } = config;
  const logger = createLogger({ service: NAME, level: config.logLevel, fields: { node: nodeId } });
  const telemetry = await startTelemetry({
    service: NAME,
    otlpUrl: config.otlpUrl,
    attributes: { 'estop.node': nodeId },
  });
  const [nats, killPath] = await Promise.all([
    connectNats({ ...natsOf(config), name: nameOf(config) }),
    Ways.open({
      ...natsOf(config),
      name: `${nameOf(config)} control`,
      pingIntervalMs: KILL_PATH_PING_MS,
      // Said in the turn in which the renewal is heard: the way by which that came is good.
      isRepeated: (subject) => subject.startsWith(ANSWERS),
    }),
  ]);
  const database =
    config.databaseUrl === null
      ? null
      : openDatabase({
          url: config.databaseUrl,
          name: NAME,
          connectionsMax: CONNECTIONS_MAX,
          statementTimeoutMs: STATEMENT_MS_MAX,
          onIdleError: (error) => logger.warn({ err: error }, 'a connection to Postgres broke'),
        });
  let bound: string | null = null;
  const api = await createCommandApi({
    nodeId,
    version: VERSION,
    canaryEveryMs: config.canarySeconds * 1_000,
    killPath: {
      directory: config.dataDir,
      log: killPath.rawLog(streams.control.name),
      messaging: killPath.messaging(),
    },
    store: nats.eventStore<ControlEvent>(streams.control.name, eventCodec(controlEvents)),
    ledger: nats.eventStore<LedgerEvent>(streams.ledger.name, eventCodec(ledgerEvents)),
    sessions: nats.eventStore<SessionEvent>(streams.sessions.name, eventCodec(sessionEvents)),
    outward: outwardOf(nats, config.secretsKey),
    messaging: nats.messaging(),
    idempotency: nats.keyValue(IDEMPOTENCY_BUCKET),
    database: database?.db ?? null,
    clock,
    ids: systemIds,
    logger,
    metrics: createMetrics(NAME),
    natsConnected: () => nats.connected() && killPath.connected(),
    url: () => bound,
  });
  const url = await listen(api.server, { host: config.host, port: config.port });
  bound = url;
  // What the disk holds is pushed at once; the rest needs the streams.
  await Promise.all([streamsAreThere(nats), api.start()]);
  logger.info({ url }, 'ready');
  return {
    url,
    about: { nodeId: api.node.id },
    stop: async () => {
      await api.stop();
      await Promise.all([nats.close(), killPath.close(), database?.close(), telemetry.stop()]);
    },
  };
};

const nameOf = ({ nodeId }: CommandApiConfig): string => `${NAME} ${nodeId}`;

const natsOf = (config: CommandApiConfig): Omit<NatsOptions, 'name'> => ({
  servers: config.natsUrl.split(',').map((server) => server.trim()),
  ...(config.natsUser !== undefined && { user: config.natsUser }),
  ...(config.natsPassword !== undefined && { password: config.natsPassword }),
  trace: natsTrace,
});

/** Streams are made by the provisioning alone; a service that comes before it waits. */
const streamsAreThere = async (nats: Nats): Promise<void> => {
  for (;;) {
    const missing = await missingStreams(nats).catch(() => ['unknown']);
    if (missing.length === 0) return;
    await new Promise((resolve) => setTimeout(resolve, STREAMS_EVERY_MS));
  }
};
