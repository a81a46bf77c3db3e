import type { ConditionKind, Conditions, When } from '#contracts';

/** The one condition of a rule. */
export type Condition = {
  readonly [K in ConditionKind]: { readonly kind: K; readonly is: Conditions[K] };
}[ConditionKind];

export const conditionOf = (when: When): Condition => {
  const [found] = Object.entries(when).filter(([, is]) => is !== undefined);
  if (found === undefined) throw new Error('a rule without a condition');
  return { kind: found[0], is: found[1] } as Condition;
};

/** Those that have a limit which can be neared, hence take `warn_at`. */
export const limitOf = (condition: Condition): number | null =>
  'over' in condition.is ? condition.is.over : null;

/** What a rule measures, its limit aside: two rules with the same key differ in their limits alone. */
export const measureOf = (condition: Condition): string => {
  const { over: _, min_samples: __, ...rest } = condition.is as Record<string, unknown>;
  const entries = Object.entries(rest).sort(([a], [b]) => (a < b ? -1 : 1));
  return `${condition.kind} ${JSON.stringify(entries)}`;
};
