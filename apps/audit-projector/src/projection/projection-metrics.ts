import type { ProjectionStatus } from '#contracts';
import type { Clock, Metrics } from '#platform';

/** What can be asked how it stands. */
export interface Watched {
  status(): Promise<ProjectionStatus>;
  /** The last sequence that is in the tables. */
  at(): number;
}

/** What Prometheus sees of the projection. */
export interface ProjectionMetrics {
  projected(stream: string, events: number, lastStoredAtMs: number): void;
  /** Asked at each scrape. */
  watch(stream: string, projector: Watched): void;
}

export const projectionMetrics = (metrics: Metrics, clock: Clock): ProjectionMetrics => {
  const watched = new Map<string, Watched>();
  const events = metrics.counter({
    name: 'estop_projected_events_total',
    help: 'Events that were written to the read model.',
    labels: ['stream'],
  });
  const lag = metrics.histogram({
    name: 'estop_projection_lag_seconds',
    help: 'From the storing of an event to its commit in the read model; the last event of each batch.',
    labels: ['stream'],
  });
  metrics.gauge({
    name: 'estop_projection_position',
    help: 'The last sequence that is in the read model.',
    labels: ['stream'],
    collect: (gauge) => {
      for (const [stream, projector] of watched) gauge.set({ stream }, projector.at());
    },
  });
  metrics.gauge({
    name: 'estop_projection_behind_events',
    help: 'Events that the log holds beyond the read model; NaN while the log cannot be asked.',
    labels: ['stream'],
    collect: async (gauge) => {
      for (const [stream, projector] of watched) {
        const status = await projector.status();
        gauge.set({ stream }, status.behind ?? NaN);
      }
    },
  });
  return {
    projected: (stream, count, lastStoredAtMs) => {
      events.inc({ stream }, count);
      lag.observe({ stream }, Math.max(0, clock.nowMs() - lastStoredAtMs) / 1000);
    },
    watch: (stream, projector) => void watched.set(stream, projector),
  };
};
