import type { Conditions } from '#contracts';
import { MINUTE_MS } from '../time/spans.js';
import { evidence, type Finding, NOTHING } from './finding.js';
import type { Meter, Saved } from './meter.js';
import { Moments } from './moments.js';
import type { Observation } from './observation.js';
import { logTailOfCount } from './tails.js';

/** The baseline is about so many minutes long; what is older weighs less and less. */
const MEMORY_MINUTES = 240;
/** An agent that hardly ever acts is measured as if it acted so often a minute. */
const MEAN_MIN = 1;

/**
 * More acts (intents sent, tools called) in one minute than the agent's own minutes before make likely. Minutes are counted
 * as Poisson distributed, or negative binomial where they vary more than that, with the mean and the variance of
 * the baseline. A finding needs both: `factor` times the mean, and less than 1 − confidence by Chernoff's bound.
 */
export class BurstMeter implements Meter {
  readonly #minutes = new Moments(MEMORY_MINUTES);
  #minute = -1;
  #acts = 0;

  constructor(private readonly is: Conditions['burst']) {}

  observe({ sent, guarded, atMs }: Observation): readonly Finding[] {
    const minute = Math.floor(atMs / MINUTE_MS);
    if (minute < this.#minute) return NOTHING;
    this.#moveTo(minute);
    if (sent + guarded === 0) return NOTHING;
    this.#acts += sent + guarded;
    return this.#isBurst() ? [this.#finding(atMs)] : NOTHING;
  }

  save(): Saved {
    return [this.#minute, this.#acts, this.#minutes.save()];
  }

  restore([minute = -1, acts = 0, minutes = []]: Saved): void {
    this.#minute = minute as number;
    this.#acts = acts as number;
    this.#minutes.restore(minutes as number[]);
  }

  #moveTo(minute: number): void {
    if (this.#minute >= 0 && minute > this.#minute) {
      this.#minutes.add(this.#acts);
      this.#minutes.addZeros(minute - this.#minute - 1);
    }
    if (minute > this.#minute) this.#acts = 0;
    this.#minute = minute;
  }

  #isBurst(): boolean {
    const { factor, confidence, min_samples: minutesMin } = this.is;
    const mean = Math.max(this.#minutes.mean, MEAN_MIN);
    if (this.#minutes.count < minutesMin || this.#acts <= factor * mean) return false;
    return logTailOfCount(this.#acts, mean, this.#minutes.variance) < Math.log(1 - confidence);
  }

  #finding(atMs: number): Finding {
    const acts = this.#acts;
    const { mean, count } = this.#minutes;
    const limit = this.is.factor * Math.max(mean, MEAN_MIN);
    const says = `${acts} acts in a minute, where ${mean.toFixed(1)} are usual`;
    return {
      ...{ share: Infinity, key: '', atMs },
      overInMs: () => (this.#minute + 1) * MINUTE_MS - atMs,
      evidence: () =>
        evidence({
          ...{ condition: 'burst', measured: acts, limit, samples: count, says },
          window: 'minute',
        }),
    };
  }
}
