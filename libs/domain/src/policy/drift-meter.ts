import { type Conditions, MICRO } from '#contracts';
import { HOUR_MS } from '../time/spans.js';
import { evidence, type Finding, never, NOTHING } from './finding.js';
import type { Meter, Saved } from './meter.js';
import { Moments } from './moments.js';
import type { Observation } from './observation.js';
import { normalOfStudent, twoSidedNormalTail } from './tails.js';

type Of = Conditions['drift']['of'];

/** A week of hours; what is older weighs less and less. */
const MEMORY_HOURS = 168;
/** Where a week was all alike, it may still vary by so much of its mean. */
const SPREAD_MIN = 0.01;

const amounts: Readonly<Record<Exclude<Of, 'error_rate'>, (seen: Observation) => number>> = {
  intents: ({ sent }) => sent,
  cost_usd: ({ costReported, costDeclared }) => Math.max(costReported, costDeclared) / MICRO,
  tokens: ({ tokens }) => tokens,
};

/**
 * The last full hour against the agent's own week before: a two-sided t-test of one new value against a sample, with hours as
 * the values, so that what goes up and down within an hour does not look like many independent samples. Idle hours count in
 * the baseline and are not tested: silence is for `heartbeat_age`.
 */
export class DriftMeter implements Meter {
  readonly #hours = new Moments(MEMORY_HOURS);
  #hour = -1;
  #sum = 0;
  readonly #amount: (seen: Observation) => number;

  constructor(
    private readonly is: Conditions['drift'],
    of: keyof typeof amounts,
  ) {
    this.#amount = amounts[of];
  }

  observe(seen: Observation): readonly Finding[] {
    const amount = this.#amount(seen);
    const hour = Math.floor(seen.atMs / HOUR_MS);
    const found = hour > this.#hour ? this.#moveTo(hour) : NOTHING;
    if (hour === this.#hour) this.#sum += amount;
    return found;
  }

  save(): Saved {
    return [this.#hour, this.#sum, this.#hours.save()];
  }

  restore([hour = -1, sum = 0, hours = []]: Saved): void {
    this.#hour = hour as number;
    this.#sum = sum as number;
    this.#hours.restore(hours as number[]);
  }

  #moveTo(hour: number): readonly Finding[] {
    const found = this.#hour >= 0 && this.#sum > 0 ? this.#test() : NOTHING;
    if (this.#hour >= 0) {
      this.#hours.add(this.#sum);
      this.#hours.addZeros(hour - this.#hour - 1);
    }
    this.#hour = hour;
    this.#sum = 0;
    return found;
  }

  #test(): readonly Finding[] {
    const { count, mean, variance } = this.#hours;
    if (count < this.is.min_samples) return NOTHING;
    const samples = Math.min(count, MEMORY_HOURS);
    const floor = this.is.of === 'cost_usd' ? (SPREAD_MIN * mean) ** 2 : mean;
    const deviation = Math.sqrt(Math.max(variance, floor) * (1 + 1 / samples));
    const t = deviation === 0 ? Infinity : (this.#sum - mean) / deviation;
    const chance = twoSidedNormalTail(normalOfStudent(t, samples - 1));
    return chance < 1 - this.is.confidence ? [this.#finding(this.#sum, mean, samples)] : NOTHING;
  }

  #finding(measured: number, mean: number, samples: number): Finding {
    const { of } = this.is;
    const atMs = (this.#hour + 1) * HOUR_MS;
    const says = `${of} of the last hour: ${round(measured)}, where ${round(mean)} is usual`;
    const told = () =>
      evidence({
        condition: 'drift',
        measured,
        limit: mean,
        samples,
        window: 'hour',
        subject: of,
        says,
      });
    return { share: Infinity, key: '', atMs, overInMs: never, evidence: told };
  }
}

export const round = (value: number): string => String(Math.round(value * 100) / 100);
