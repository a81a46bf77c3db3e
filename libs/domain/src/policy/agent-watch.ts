import type { Address, PolicyRule } from '#contracts';
import type { PolicyRecord } from '../control/governance-records.js';
import type { Saved } from './meter.js';
import type { AgentPolicies } from './policy-index.js';
import { ruleMeasure, RuleWatch } from './rule-watch.js';

/** All rules that watch one agent. */
export class AgentWatch {
  #policies: AgentPolicies | null = null;
  #rules: readonly RuleWatch[] = [];
  #isTimed = false;

  constructor(readonly address: Address) {}

  get rules(): readonly RuleWatch[] {
    return this.#rules;
  }

  /** Some rule has something to say by the passing of time alone. */
  get isTimed(): boolean {
    return this.#isTimed;
  }

  /**
   * Takes over the policies of now; a rule that measures the same as one before goes on measuring. `true`: they are others
   * than before.
   */
  follow(policies: AgentPolicies): boolean {
    if (policies === this.#policies) return false;
    const before = keyed(this.#rules);
    this.#policies = policies;
    this.#rules = keysOf(policies).map(({ record, index, rule, key }) => {
      const same = before.get(key) ?? null;
      const isUnchanged = same?.record.sequence === record.sequence && same.index === index;
      return isUnchanged ? same : new RuleWatch(record, index, rule, same);
    });
    this.#isTimed = this.#rules.some(({ meter }) => meter.check !== undefined);
    return true;
  }

  save(): [Address, [string, Saved][]] {
    return [this.address, [...keyed(this.#rules)].map(([key, rule]) => [key, rule.save()])];
  }

  restore(saved: readonly (readonly [string, Saved])[]): void {
    const rules = keyed(this.#rules);
    for (const [key, rule] of saved) rules.get(key)?.restore(rule);
  }
}

const keyed = (rules: readonly RuleWatch[]): Map<string, RuleWatch> => {
  const keys = new Keys();
  return new Map(rules.map((watch) => [keys.of(watch.record, watch.rule), watch]));
};

const keysOf = ({ all }: AgentPolicies) => {
  const keys = new Keys();
  return all.flatMap(({ record }) =>
    record.document.rules.map((rule, index) => {
      return { record, rule, index, key: keys.of(record, rule) };
    }),
  );
};

/** Several rules of a policy may measure the same: they are told apart by their order. */
class Keys {
  readonly #seen = new Map<string, number>();

  of(record: PolicyRecord, rule: PolicyRule): string {
    const measure = ruleMeasure(record, rule);
    const n = this.#seen.get(measure) ?? 0;
    this.#seen.set(measure, n + 1);
    return n === 0 ? measure : `${measure} ${n}`;
  }
}
