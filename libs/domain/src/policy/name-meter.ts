import type { Conditions, DecisionCount } from '#contracts';
import { forbidden } from './compiled-policy.js';
import { evidence, type Finding, never, NOTHING } from './finding.js';
import type { Meter, MeterOf } from './meter.js';
import type { NamedAct, Observation } from './observation.js';

/** Acts by their names: refused by a gateway for this rule, or passed where none refuses them. */
export class NameMeter implements Meter {
  private constructor(
    private readonly condition: 'intent_types' | 'tools',
    private readonly act: DecisionCount['act'],
    private readonly forbids: (name: string) => boolean,
    private readonly of: MeterOf,
  ) {}

  static ofTypes(is: Conditions['intent_types'], of: MeterOf): NameMeter {
    return new NameMeter('intent_types', `intent.${is.direction}`, forbidden(is), of);
  }

  static ofTools(is: Conditions['tools'], of: MeterOf): NameMeter {
    return new NameMeter('tools', 'guard', forbidden(is), of);
  }

  observe({ names, atMs }: Observation): readonly Finding[] {
    for (let index = 0; index < names.length; index += 1) {
      const named = names[index] as NamedAct;
      if (named.act === this.act && this.#breaches(named)) return [this.#finding(named, atMs)];
    }
    return NOTHING;
  }

  save(): [] {
    return [];
  }

  restore(): void {}

  /** Whoever else refused it: that rule has its own finding. */
  #breaches({ name, refusedBy }: NamedAct): boolean {
    const isOthers =
      refusedBy !== null &&
      (refusedBy.policy !== this.of.policy || refusedBy.rule !== this.of.rule);
    return !isOthers && this.forbids(name);
  }

  #finding({ name, refusedBy }: NamedAct, atMs: number): Finding {
    const { condition } = this;
    const what = condition === 'tools' ? 'the tool' : 'an intent of type';
    const how = refusedBy === null ? 'it passed' : 'it was refused';
    const says = `${what} ${name} is not allowed; ${how}`;
    const told = () => evidence({ condition, subject: name, says });
    return { share: Infinity, key: '', atMs, overInMs: never, evidence: told };
  }
}
