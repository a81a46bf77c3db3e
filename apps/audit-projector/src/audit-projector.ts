import {
  activityEvents,
  type ActivityEvent,
  type ControlEvent,
  controlEvents,
  eventCodec,
  type RegionName,
  streams,
} from '#contracts';
import { writtenControl } from '#containment';
import type { ReadModelDatabase } from '#database';
import type { EventStore, Messaging } from '#event-store';
import type { Check, Clock, Logger, Metrics } from '#platform';
import type { EventCodec } from '#contracts';
import { HealthReactor } from './health/health-reactor.js';
import { controlSource } from './projection/control-source.js';
import { activitySource } from './projection/log-source.js';
import { projectionMetrics } from './projection/projection-metrics.js';
import { sameLogCheck } from './projection/same-log.js';
import { StreamProjector } from './projection/stream-projector.js';
import { Rebuild } from './rebuild/rebuild.js';
import { answerRequests } from './requests/projector-requests.js';

/** The part of a NATS connection that the projector uses. */
export interface Logs {
  eventStore<E extends { readonly id: string }>(
    stream: string,
    codec: EventCodec<E>,
  ): EventStore<E>;
  messaging(): Messaging;
}

export interface AuditProjectorOptions {
  readonly db: ReadModelDatabase;
  /** The same, with time for long statements. */
  readonly patientDb: ReadModelDatabase;
  readonly nats: Logs;
  readonly region: RegionName;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Both logs into the read model, changes of health into the log, and answers on `live.projector`. */
export class AuditProjector {
  private readonly projectors: readonly StreamProjector[];
  private readonly health: HealthReactor;
  private readonly rebuild: Rebuild;
  private requests: { stop(): void } | null = null;

  constructor(private readonly options: AuditProjectorOptions) {
    const { db, nats, region, clock, log } = options;
    const control = nats.eventStore(streams.control.name, eventCodec<ControlEvent>(controlEvents));
    const written = nats.eventStore(streams.control.name, writtenControl);
    const activity = nats.eventStore(
      streams.activity.name,
      eventCodec<ActivityEvent>(activityEvents),
    );
    const checkLog = sameLogCheck(db, control);
    const metrics = projectionMetrics(options.metrics, clock);
    const projected = [controlSource(written), activitySource(activity)].map((source) => {
      const projector = new StreamProjector({ db, source, checkLog, metrics, log });
      metrics.watch(source.stream, projector);
      return { source, projector };
    });
    this.projectors = projected.map(({ projector }) => projector);
    this.rebuild = new Rebuild({ db: options.patientDb, streams: projected, clock, log });
    const upToDate = async () =>
      (await Promise.all(this.projectors.map((projector) => projector.upToDate()))).every(Boolean);
    this.health = new HealthReactor({ db, activity, upToDate, region, clock, log });
  }

  start(): void {
    for (const projector of this.projectors) projector.start();
    this.health.start();
    const { nats, log } = this.options;
    this.requests = answerRequests({
      messaging: nats.messaging(),
      projectors: this.projectors,
      rebuild: this.rebuild,
      log,
    });
  }

  /** For `/readyz`: one for each log. */
  checks(): Readonly<Record<string, () => Check>> {
    const names = ['control_projection', 'activity_projection'];
    return Object.fromEntries(
      this.projectors.map((projector, index) => [names[index], () => checkOf(projector)]),
    );
  }

  async stop(): Promise<void> {
    this.requests?.stop();
    await this.health.stop();
    await Promise.all(this.projectors.map((projector) => projector.stop()));
  }
}

const checkOf = (projector: StreamProjector): Check => {
  const detail = projector.trouble();
  return detail === null ? { ok: true } : { ok: false, detail };
};
