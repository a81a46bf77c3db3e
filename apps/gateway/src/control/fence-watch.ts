import type { Clock } from '#platform';
import type { GatewayMetrics } from '../gateway-metrics.js';

/** What stands still while nothing is proven. */
export interface Holdable {
  hold(): void;
  release(): void;
}

export interface FenceWatchOptions {
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly metrics: Pick<GatewayMetrics, 'fences' | 'fencedSeconds'>;
  /** `true` from the moment that the gateway begins to stop. */
  stopping(): boolean;
}

const COUNT_MS = 1000;

/** Holds everything that moves by itself while this gateway is fenced, and counts how often and for how long it is. */
export class FenceWatch {
  private readonly held = new Set<Holdable>();
  private wasProven = false;
  private isFenced = true;
  private countedMs = 0;
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly options: FenceWatchOptions) {}

  add(...parts: readonly Holdable[]): void {
    for (const part of parts) this.held.add(part);
  }

  start(): void {
    this.timer = setInterval(() => this.count(), COUNT_MS);
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
  }

  fence(): void {
    const { clock, metrics, stopping } = this.options;
    if (!this.isFenced && !stopping()) metrics.fences.inc();
    this.isFenced = true;
    this.countedMs = clock.monotonicMs();
    for (const part of this.held) part.hold();
  }

  unfence(): void {
    this.count();
    this.wasProven = true;
    this.isFenced = false;
    for (const part of this.held) part.release();
  }

  /** The start and the end of the process are no fence. */
  private count(): void {
    const nowMs = this.options.clock.monotonicMs();
    const fencedMs = nowMs - this.countedMs;
    this.countedMs = nowMs;
    if (!this.isFenced || !this.wasProven || this.options.stopping()) return;
    this.options.metrics.fencedSeconds.inc(fencedMs / 1000);
  }
}
