import type { CanaryEntry, RegionName } from '#contracts';
import type { Clock } from '#platform';

interface Arming {
  readonly passedAtMs: number | null;
  readonly last: CanaryEntry | null;
}

const NEVER: Arming = { passedAtMs: null, last: null };

/**
 * When a canary of each region was last stopped by every gateway there, as this node saw it, and how the last one went.
 * Times are monotonic milliseconds.
 */
export class Armings {
  private readonly regions = new Map<RegionName, Arming>();

  constructor(private readonly clock: Pick<Clock, 'monotonicMs'>) {}

  passed(region: RegionName, entry: CanaryEntry): void {
    this.regions.set(region, { passedAtMs: this.clock.monotonicMs(), last: entry });
  }

  failed(region: RegionName, entry: CanaryEntry): void {
    this.regions.set(region, { ...this.of(region), last: entry });
  }

  /** What is known of the resume of the last one comes later than the rest. */
  resumed(region: RegionName, orderAt: string, afterMs: number): void {
    const { passedAtMs, last } = this.of(region);
    if (last?.at !== orderAt) return;
    this.regions.set(region, { passedAtMs, last: { ...last, resumed_after_ms: afterMs } });
  }

  lastOf(region: RegionName): CanaryEntry | null {
    return this.of(region).last;
  }

  /** Since every gateway of the region last stopped its canary, seconds; `null`: never, as far as this node knows. */
  ageSeconds(region: RegionName): number | null {
    const { passedAtMs } = this.of(region);
    return passedAtMs === null ? null : (this.clock.monotonicMs() - passedAtMs) / 1000;
  }

  /** Forgets regions that have no gateway any more. */
  retain(regions: ReadonlySet<RegionName>): void {
    for (const region of this.regions.keys()) if (!regions.has(region)) this.regions.delete(region);
  }

  private of(region: RegionName): Arming {
    return this.regions.get(region) ?? NEVER;
  }
}
