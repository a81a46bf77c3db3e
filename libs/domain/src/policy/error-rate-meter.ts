import type { Conditions } from '#contracts';
import { spanMs } from '../time/spans.js';
import { evidence, type Finding, NOTHING } from './finding.js';
import type { Meter, Saved } from './meter.js';
import type { Observation } from './observation.js';
import { shareOf } from './sum-meter.js';
import { newWindow } from './windows.js';

/** The share of intents that failed, of those that the agent reported within the window. */
export class ErrorRateMeter implements Meter {
  #all = newWindow('minute');
  #failed = newWindow('minute');

  constructor(
    private readonly is: Conditions['error_rate'],
    private readonly tellFrom: number,
  ) {
    this.forgive();
  }

  observe({ reported, failed, atMs }: Observation): readonly Finding[] {
    if (reported === 0 && failed === 0) return NOTHING;
    const { over, per, min_samples: samplesMin } = this.is;
    this.#all.add(Math.max(reported, failed), atMs);
    this.#failed.add(failed, atMs);
    const samples = this.#all.total(atMs);
    if (samples < samplesMin || samples === 0) return NOTHING;
    const measured = this.#failed.total(atMs) / samples;
    const share = shareOf(measured, over);
    if (share < this.tellFrom) return NOTHING;
    const says = `${percent(measured)} of ${samples} intents failed per ${per}`;
    return [
      {
        ...{ share, key: '', atMs },
        overInMs: () => spanMs[per],
        evidence: () =>
          evidence({
            ...{ condition: 'error_rate', measured, limit: over, samples, says },
            window: `per ${per}`,
          }),
      },
    ];
  }

  forgive(): void {
    this.#all = newWindow(this.is.per);
    this.#failed = newWindow(this.is.per);
  }

  save(): Saved {
    return [this.#all.save(), this.#failed.save()];
  }

  restore([all = [], failed = []]: Saved): void {
    this.#all.restore(all as number[]);
    this.#failed.restore(failed as number[]);
  }
}

export const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
