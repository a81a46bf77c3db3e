import { collectDefaultMetrics, Gauge, Histogram, Registry, type Counter } from 'prom-client';
import { TalliedCounter } from './tallied-counter.js';

/** One metric's name, meaning and labels. Names end in their unit: `_seconds`, `_total`, `_bytes`. */
export interface MetricOptions<L extends string> {
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly L[];
}

/** A service's Prometheus metrics. Each service has its own registry, so several can live in one process. */
export interface Metrics {
  counter<L extends string = never>(options: MetricOptions<L>): Counter<L>;
  gauge<L extends string = never>(
    options: MetricOptions<L> & { collect?: (gauge: Gauge<L>) => void | Promise<void> },
  ): Gauge<L>;
  /** @default buckets from 0.5 ms to 10 s */
  histogram<L extends string = never>(
    options: MetricOptions<L> & { buckets?: readonly number[] },
  ): Histogram<L>;
  /** The text that Prometheus scrapes. */
  text(): Promise<string>;
  readonly contentType: string;
}

const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export interface MetricsOptions {
  /** Also the process's memory, CPU, handles and event loop lag. @default true */
  readonly processDefaults?: boolean;
  /** Labels on every metric: the gateway's id, the region. */
  readonly labels?: Readonly<Record<string, string>>;
}

export const createMetrics = (service: string, options: MetricsOptions = {}): Metrics => {
  const register = new Registry();
  const registers = [register];
  register.setDefaultLabels({ service, ...options.labels });
  if (options.processDefaults ?? true) collectDefaultMetrics({ register });
  return {
    counter: ({ name, help, labels = [] }) =>
      new TalliedCounter({ name, help, labelNames: labels, registers }),
    gauge: ({ name, help, labels = [], collect }) =>
      new Gauge({
        name,
        help,
        labelNames: labels,
        registers,
        ...(collect && {
          collect() {
            return collect(this);
          },
        }),
      }),
    histogram: ({ name, help, labels = [], buckets = SECONDS }) =>
      new Histogram({ name, help, labelNames: labels, buckets: [...buckets], registers }),
    text: () => register.metrics(),
    contentType: register.contentType,
  };
};
