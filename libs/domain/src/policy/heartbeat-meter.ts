import { evidence, type Finding, never, NOTHING } from './finding.js';
import type { Meter, Saved } from './meter.js';
import type { Observation } from './observation.js';

/** How long an agent has been silent, once it had a heartbeat. One silence is one breach. */
export class HeartbeatMeter implements Meter {
  #lastMs: number | null = null;

  constructor(
    private readonly overS: number,
    private readonly tellFrom: number,
  ) {}

  observe({ isHeartbeat, storedAtMs }: Observation): readonly Finding[] {
    if (isHeartbeat) this.#lastMs = Math.max(this.#lastMs ?? 0, storedAtMs);
    return NOTHING;
  }

  /** Its last heartbeat before anybody asked. */
  seed(lastMs: number): void {
    this.#lastMs ??= lastMs;
  }

  check(nowMs: number): readonly Finding[] {
    const lastMs = this.#lastMs;
    if (lastMs === null) return NOTHING;
    const age = (nowMs - lastMs) / 1000;
    const share = age / this.overS;
    if (share < this.tellFrom || share === 0) return NOTHING;
    const { overS } = this;
    const told = () =>
      evidence({
        ...{ condition: 'heartbeat_age', measured: Math.round(age), limit: overS },
        says: `no heartbeat for ${Math.round(age)} s`,
      });
    return [{ share, key: `${lastMs}`, atMs: nowMs, overInMs: never, evidence: told }];
  }

  save(): Saved {
    return [this.#lastMs];
  }

  restore([lastMs = null]: Saved): void {
    this.#lastMs = lastMs as number | null;
  }
}
