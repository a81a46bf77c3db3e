import type { PolicyAction, PolicyDocument, PolicyRule } from '#contracts';
import { spanMs } from '../time/spans.js';
import { perSecondOf } from './compiled-policy.js';
import { type Condition, conditionOf, limitOf, measureOf } from './condition.js';
import { type LintWarning, warning } from './lint-warning.js';

interface Looked {
  readonly rule: PolicyRule;
  readonly condition: Condition;
  readonly limit: number | null;
  readonly index: number;
}

type Check = (looked: Looked, all: readonly Looked[]) => LintWarning | null;

/** Each rule by itself, and next to the others. */
export const lintRules = ({ rules }: Pick<PolicyDocument, 'rules'>): LintWarning[] => {
  const all = rules.map((rule, index) => {
    const condition = conditionOf(rule.when);
    return { rule, condition, limit: limitOf(condition), index };
  });
  return all.flatMap((looked) =>
    checks.map((check) => check(looked, all)).filter((found) => found !== null),
  );
};

const when = (index: number): string => `rules.${index}.when`;

const shareOfOne: Check = ({ condition, limit, index }) =>
  condition.kind === 'error_rate' && limit === 1
    ? warning('never_fires', when(index), 'a share is never above 1: choose a lower one')
    : null;

const limitOfNothing: Check = ({ rule, condition, limit, index }) =>
  limit === 0 && condition.kind !== 'refusal_rate' && rule.then !== 'alert'
    ? warning('fires_at_once', when(index), 'the first act already breaches it')
    : null;

const warnWithoutLimit: Check = ({ rule, condition, limit, index }) =>
  rule.warn_at !== undefined && limit === null
    ? warning(
        'warn_at_ignored',
        `rules.${index}.warn_at`,
        `${condition.kind} has no limit to come near to: leave warn_at out`,
      )
    : null;

const everything: Check = ({ rule, index }) => {
  const lists = rule.when.intent_types ?? rule.when.tools;
  if (lists?.allow?.includes('*')) {
    return warning('never_fires', when(index), 'it allows everything');
  }
  return lists?.deny?.includes('*')
    ? warning('fires_at_once', when(index), 'it denies everything')
    : null;
};

const fastThrottle: Check = ({ rule, index }) => {
  const { intents } = rule.when;
  if (intents === undefined || typeof rule.then !== 'object') return null;
  const passing = (perSecondOf(rule.then.throttle) * spanMs[intents.per]) / 1000;
  const says = 'it throttles to no lower a rate than the one that breaches it';
  return passing >= intents.over ? warning('no_effect', `rules.${index}.then`, says) : null;
};

const forGood: Check = ({ rule, index }) =>
  rule.then === 'revoke'
    ? warning(
        'stops_for_ever',
        `rules.${index}.then`,
        'a revoked agent cannot be brought back: consider halt or quarantine',
      )
    : null;

const shadowed: Check = (looked, all) => {
  const by = all.find((other) => other.index !== looked.index && shadows(other, looked));
  return by === undefined
    ? null
    : warning(
        'shadowed',
        `rules.${looked.index}`,
        `rules.${by.index} acts first, and no less: this one never adds anything`,
      );
};

/** Of two that come to the same, the first counts. */
const shadows = (one: Looked, other: Looked): boolean => {
  if (measureOf(one.condition) !== measureOf(other.condition)) return false;
  const stricter = strength(one.rule.then) - strength(other.rule.then);
  const sooner = (other.limit ?? 0) - (one.limit ?? 0);
  if (stricter < 0 || sooner < 0) return false;
  return stricter > 0 || sooner > 0 || one.index < other.index;
};

const strengths = ['alert', 'throttle', 'block', 'pause', 'quarantine', 'halt', 'revoke'];

/** How much an action takes away. */
const strength = (then: PolicyAction): number =>
  strengths.indexOf(typeof then === 'object' ? 'throttle' : then);

const checks: readonly Check[] = [
  shareOfOne,
  limitOfNothing,
  warnWithoutLimit,
  everything,
  fastThrottle,
  forGood,
  shadowed,
];
