import { mkdir } from 'node:fs/promises';
import { connectNats, missingStreams, type Nats } from '#event-store-jetstream';
import {
  bindHealth,
  createHttpServer,
  createLogger,
  createMetrics,
  listen,
  natsTrace,
  Outbound,
  sealingWith,
  startTelemetry,
  systemClock,
  systemIds,
  targetsWith,
  type Logger,
  type RunningService,
} from '#platform';
import { Places } from './facts/places.js';
import { Notifier } from './notifier.js';
import type { NotifierConfig } from './notifier.config.js';

const NAME = 'notifier';
const AGAIN_MS = 500;

/** Opens everything; begins as soon as the streams are there. Until then `/readyz` says what is missing. */
export const startNotifier = async (config: NotifierConfig): Promise<RunningService> => {
  const log = createLogger({ service: NAME, level: config.logLevel });
  const telemetry = await startTelemetry({ service: NAME, otlpUrl: config.otlpUrl });
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 });
  const nats = await connectNats({
    servers: config.natsUrl.split(',').map((server) => server.trim()),
    name: NAME,
    ...(config.natsUser !== null && { user: config.natsUser }),
    ...(config.natsPassword !== null && { password: config.natsPassword }),
    ...(config.natsDomain !== undefined && { jetStreamDomain: config.natsDomain }),
    trace: natsTrace,
  });
  const metrics = createMetrics(NAME);
  const notifier = new Notifier({
    ...{ nats, metrics, log, clock: systemClock, ids: systemIds },
    places: await Places.open(config.dataDir, log),
    outbound: new Outbound(targetsWith(config.webhookAllow)),
    sealing: sealingWith(config.secretsKey),
    timeoutMs: config.deliverySeconds * 1000,
    random: Math.random,
  });
  const beginning = new Beginning(notifier, nats, log);
  const server = createHttpServer({ service: NAME, log, metrics });
  bindHealth(server, {
    metrics,
    started: () => beginning.done,
    checks: { nats: () => natsCheck(nats), ...notifier.checks() },
  });
  const url = await listen(server, { host: config.host, port: config.port });
  beginning.begin();
  return {
    url,
    stop: async () => {
      beginning.stop();
      await notifier.stop();
      await server.close();
      await Promise.all([nats.close(), telemetry.stop()]);
    },
  };
};

const natsCheck = (nats: Nats) =>
  nats.connected() ? true : { ok: false, detail: 'NATS cannot be reached' };

/** Waits for the streams, then starts. A log that cannot be applied ends the process, so that it is started anew. */
class Beginning {
  done = false;
  private stopped = false;

  constructor(
    private readonly notifier: Notifier,
    private readonly nats: Nats,
    private readonly log: Logger,
  ) {}

  begin(): void {
    this.run().catch((error: unknown) => {
      if (!this.stopped) this.log.fatal({ err: error }, 'cannot begin');
    });
  }

  stop(): void {
    this.stopped = true;
  }

  private async run(): Promise<void> {
    while (!this.stopped && !(await this.streamsAreThere())) {
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
    if (this.stopped) return;
    await this.notifier.start();
    this.done = true;
  }

  private streamsAreThere(): Promise<boolean> {
    return missingStreams(this.nats).then(
      (missing) => missing.length === 0,
      () => false,
    );
  }
}
