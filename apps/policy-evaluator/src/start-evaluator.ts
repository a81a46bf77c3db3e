import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { connectNats, missingStreams, type Nats } from '#event-store-jetstream';
import {
  bindHealth,
  createHttpServer,
  createLogger,
  createMetrics,
  listen,
  lockDirectory,
  type Logger,
  natsTrace,
  type RunningService,
  startTelemetry,
  systemClock,
} from '#platform';
import type { EvaluatorConfig } from './evaluator.config.js';
import { Pause } from './pause.js';
import { PolicyEvaluator } from './policy-evaluator.js';

const NAME = 'policy-evaluator';

/** Opens everything, and begins as soon as the streams are there; until then `/readyz` says what is missing. */
export const startEvaluator = async (config: EvaluatorConfig): Promise<RunningService> => {
  const log = createLogger({ service: NAME, level: config.logLevel });
  const telemetry = await startTelemetry({ service: NAME, otlpUrl: config.otlpUrl });
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 });
  // Two on one directory would write each other's snapshots over.
  const unlock = lockDirectory(join(config.dataDir, 'lock'));
  const nats = await connectNats({
    servers: config.natsUrl.split(',').map((server) => server.trim()),
    name: NAME,
    ...(config.natsUser !== null && { user: config.natsUser }),
    ...(config.natsPassword !== null && { password: config.natsPassword }),
    ...(config.natsDomain !== undefined && { jetStreamDomain: config.natsDomain }),
    trace: natsTrace,
  }).catch((error: unknown) => {
    unlock();
    throw error;
  });
  const metrics = createMetrics(NAME);
  const { dataDir, partition } = config;
  const evaluator = new PolicyEvaluator({
    ...{ nats, dataDir, partition, metrics, log },
    clock: systemClock,
  });
  const beginning = new Beginning(nats, log, () => evaluator.start());
  const server = createHttpServer({ service: NAME, log, metrics });
  bindHealth(server, {
    metrics,
    started: () => beginning.done,
    checks: { nats: () => natsCheck(nats), policies: () => evaluator.check() },
  });
  const url = await listen(server, { host: config.host, port: config.port });
  return {
    url,
    stop: async () => {
      await beginning.stop();
      await evaluator.stop();
      await server.close();
      await Promise.all([nats.close(), telemetry.stop()]);
      unlock();
    },
  };
};

const natsCheck = (nats: Nats) =>
  nats.connected() ? true : { ok: false, detail: 'NATS cannot be reached' };

/** Waits for the streams. */
class Beginning {
  done = false;
  private stopped = false;
  private readonly pause = new Pause();
  private readonly finished: Promise<void>;

  constructor(
    private readonly nats: Nats,
    private readonly log: Logger,
    private readonly begin: () => void,
  ) {
    this.finished = this.run();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.pause.end();
    await this.finished;
  }

  private async run(): Promise<void> {
    while (!this.done && !this.stopped) {
      const missing = await missingStreams(this.nats).catch(() => ['any: NATS does not answer']);
      if (this.stopped) return;
      if (missing.length > 0) {
        this.log.warn(`waiting for the streams ${missing.join(', ')}`);
        await this.pause.wait();
      } else {
        this.begin();
        this.done = true;
      }
    }
  }
}
