import { databaseAnswers, migrate, openDatabase, type ReadModelDatabase } from '#database';
import { connectNats, missingStreams, type Nats } from '#event-store-jetstream';
import {
  bindHealth,
  type Check,
  createHttpServer,
  createLogger,
  createMetrics,
  listen,
  type Logger,
  natsTrace,
  type RunningService,
  startTelemetry,
  systemClock,
} from '#platform';
import { AuditProjector } from './audit-projector.js';
import { Backoff } from './projection/backoff.js';
import type { ProjectorConfig } from './projector.config.js';

const NAME = 'audit-projector';
const CONNECTIONS_MAX = 4;
const STATEMENT_MS_MAX = 10_000;
/** Comparing the tables after a rebuild reads every row. */
const REBUILD_STATEMENT_MS_MAX = 600_000;
/** A Postgres that is away must not keep the mesh from starting: after so long the service says what it lacks. */
const FIRST_TRIES_MS_MAX = 8_000;

/** Opens everything, and begins as soon as the streams and Postgres are there; until then `/readyz` says what is missing. */
export const startProjector = async (config: ProjectorConfig): Promise<RunningService> => {
  const log = createLogger({ service: NAME, level: config.logLevel });
  const telemetry = await startTelemetry({ service: NAME, otlpUrl: config.otlpUrl });
  const nats = await connectNats({
    servers: config.natsUrl.split(',').map((server) => server.trim()),
    name: NAME,
    ...(config.natsUser !== null && { user: config.natsUser }),
    ...(config.natsPassword !== null && { password: config.natsPassword }),
    ...(config.natsDomain !== undefined && { jetStreamDomain: config.natsDomain }),
    trace: natsTrace,
  });
  const open = (connectionsMax: number, statementTimeoutMs: number) =>
    openDatabase({
      url: config.databaseUrl,
      name: NAME,
      connectionsMax,
      statementTimeoutMs,
      waitForDisk: false,
      onIdleError: (error) => log.warn({ err: error }, 'a connection to Postgres broke'),
    });
  const database = open(CONNECTIONS_MAX, STATEMENT_MS_MAX);
  const patient = open(1, REBUILD_STATEMENT_MS_MAX);
  const metrics = createMetrics(NAME);
  const { db } = database;
  const clock = systemClock;
  const projector = new AuditProjector({
    db,
    patientDb: patient.db,
    nats,
    region: config.region,
    metrics,
    clock,
    log,
  });
  const beginning = new Beginning(log, async () => {
    const missing = await missingStreams(nats);
    if (missing.length > 0) throw new Error(`waiting for the streams ${missing.join(', ')}`);
    await migrate(db);
    projector.start();
  });
  const server = createHttpServer({ service: NAME, log, metrics });
  bindHealth(server, {
    metrics,
    started: () => beginning.done,
    checks: {
      nats: () => natsCheck(nats),
      postgres: () => postgresCheck(db),
      ...projector.checks(),
    },
  });
  const url = await listen(server, { host: config.host, port: config.port });
  await beginning.within(FIRST_TRIES_MS_MAX);
  return {
    url,
    stop: async () => {
      beginning.stop();
      await projector.stop();
      await server.close();
      await Promise.all([nats.close(), database.close(), patient.close(), telemetry.stop()]);
    },
  };
};

const natsCheck = (nats: Nats) =>
  nats.connected() ? true : { ok: false, detail: 'NATS cannot be reached' };

const postgresCheck = (db: ReadModelDatabase): Promise<Check> =>
  databaseAnswers(db).then(
    () => ({ ok: true }),
    () => ({ ok: false, detail: 'Postgres cannot be reached' }),
  );

/** Tries until it succeeded, with longer and longer waits. */
class Beginning {
  done = false;
  private stopped = false;
  private readonly backoff = new Backoff();
  private readonly finished: Promise<void>;

  constructor(
    private readonly log: Logger,
    private readonly attempt: () => Promise<void>,
  ) {
    this.finished = this.run();
  }

  /** Resolves when it succeeded, or when the time is over. */
  async within(ms: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
    await Promise.race([this.finished, late]);
    clearTimeout(timer);
  }

  stop(): void {
    this.stopped = true;
    this.backoff.wake();
  }

  private async run(): Promise<void> {
    while (!this.done && !this.stopped) {
      try {
        await this.attempt();
        this.done = true;
      } catch (error) {
        this.log.warn({ err: error }, 'cannot begin yet: trying again');
        await this.backoff.wait();
      }
    }
  }
}
