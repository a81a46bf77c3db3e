import type { Conditions } from '#contracts';
import { HOUR_MS } from '../time/spans.js';
import { percent } from './error-rate-meter.js';
import { evidence, type Finding, never, NOTHING } from './finding.js';
import type { Meter, Saved } from './meter.js';
import type { Observation } from './observation.js';
import { logTailOfShare } from './tails.js';

/** Each hour the week before weighs this much of what it did. */
const KEPT_PER_HOUR = 1 - 1 / 168;

interface Tally {
  all: number;
  failed: number;
}

/**
 * The share of intents that failed in the last full hour against the agent's own week before: two-sided, by
 * Chernoff's bound of the binomial distribution with the share of the week, which holds for few failures too.
 */
export class ErrorDriftMeter implements Meter {
  #week: Tally = { all: 0, failed: 0 };
  #hour: Tally = { all: 0, failed: 0 };
  #at = -1;

  constructor(private readonly is: Conditions['drift']) {}

  observe({ reported, failed, atMs }: Observation): readonly Finding[] {
    const hour = Math.floor(atMs / HOUR_MS);
    const found = hour > this.#at ? this.#moveTo(hour) : NOTHING;
    if (hour !== this.#at) return found;
    this.#hour.all += Math.max(reported, failed);
    this.#hour.failed += failed;
    return found;
  }

  save(): Saved {
    return [this.#at, this.#hour.all, this.#hour.failed, this.#week.all, this.#week.failed];
  }

  restore(saved: Saved): void {
    const [at = -1, all = 0, failed = 0, weekAll = 0, weekFailed = 0] = saved as number[];
    this.#at = at;
    this.#hour = { all, failed };
    this.#week = { all: weekAll, failed: weekFailed };
  }

  #moveTo(hour: number): readonly Finding[] {
    const found = this.#test();
    const kept = this.#at < 0 ? 1 : KEPT_PER_HOUR ** (hour - this.#at);
    this.#week.all = (this.#week.all + this.#hour.all) * kept;
    this.#week.failed = (this.#week.failed + this.#hour.failed) * kept;
    this.#hour = { all: 0, failed: 0 };
    this.#at = hour;
    return found;
  }

  #test(): readonly Finding[] {
    const { all, failed } = this.#hour;
    const week = this.#week;
    if (all === 0 || week.all < this.is.min_samples) return NOTHING;
    // One more of each kind: a week without a failure does not make the first one impossible.
    const before = (week.failed + 1) / (week.all + 2);
    const chance = 2 * Math.exp(logTailOfShare(failed / all, before, all));
    return chance < 1 - this.is.confidence ? [this.#finding(failed / all, before, all)] : NOTHING;
  }

  #finding(measured: number, limit: number, samples: number): Finding {
    const says = `${percent(measured)} of the last hour's ${samples} intents failed, where ${percent(limit)} is usual`;
    const told = () =>
      evidence({
        ...{ condition: 'drift', measured, limit, samples, says },
        ...{ window: 'hour', subject: 'error_rate' },
      });
    const atMs = (this.#at + 1) * HOUR_MS;
    return { share: Infinity, key: '', atMs, overInMs: never, evidence: told };
  }
}
