import type { PolicyAction, PolicyRule } from '#contracts';
import type { PolicyRecord } from '../control/governance-records.js';
import { compileGlob } from '../stop/capability.js';
import { SECOND_MS, spanMs } from '../time/spans.js';

/** A policy made ready to be asked many times. */
export interface CompiledPolicy {
  readonly record: PolicyRecord;
  /** What a gateway decides by itself, in the order of the rules; none in `shadow`. */
  readonly local: readonly LocalRule[];
}

/** Where a verdict comes from. */
export interface RuleRef {
  readonly policy: PolicyRecord;
  /** From 0. */
  readonly rule: number;
}

/** What passes when a rule forbids: `refuse` nothing, `warn` everything, a throttle so many acts a second. */
export type LocalForce = 'refuse' | 'warn' | { readonly perSecond: number };

/** The act that a local rule looks at: an intent sent or received, or a guarded tool call. */
export type LocalAct = 'send' | 'receive' | 'guard';

/** Forbids by name. */
export interface NameRule extends RuleRef {
  readonly kind: 'name';
  readonly act: LocalAct;
  readonly force: LocalForce;
  forbids(name: string): boolean;
}

/** Forbids by the gateway's own count, which the fleet's is never below. */
export interface RateRule extends RuleRef {
  readonly kind: 'rate';
  readonly act: LocalAct;
  readonly force: LocalForce;
  readonly over: number;
  readonly windowMs: number;
}

export type LocalRule = NameRule | RateRule;

export const compilePolicy = (record: PolicyRecord): CompiledPolicy => ({
  record,
  local:
    record.document.mode === 'shadow'
      ? []
      : record.document.rules.flatMap((rule, index) => localRules(record, rule, index)),
});

const localRules = (
  policy: PolicyRecord,
  { when, then }: PolicyRule,
  rule: number,
): LocalRule[] => {
  const ref = { policy, rule };
  const force = forceOf(policy, then);
  if (force === null) return [];
  const { intent_types: types, tools, intents } = when;
  if (types) {
    return [{ ...ref, kind: 'name', act: types.direction, force, forbids: forbidden(types) }];
  }
  if (tools) return [{ ...ref, kind: 'name', act: 'guard', force, forbids: forbidden(tools) }];
  // What is stopped for good by its first breach is stopped by the fleet's count alone.
  if (!intents || !restricts(then)) return [];
  const { direction: act, over, per } = intents;
  return [{ ...ref, kind: 'rate', act, force, over, windowMs: spanMs[per] }];
};

/** Less than a stop: gateways let the agent do less for a time, or nothing. */
export const restricts = (then: PolicyAction): boolean =>
  then === 'block' || typeof then === 'object';

/** `null`: nothing that a gateway does. */
const forceOf = (policy: PolicyRecord, then: PolicyAction): LocalForce | null => {
  if (then === 'alert') return null;
  if (policy.document.mode === 'warn') return 'warn';
  return typeof then === 'object' ? { perSecond: perSecondOf(then.throttle) } : 'refuse';
};

type Throttle = Extract<PolicyAction, object>['throttle'];

const THROTTLE_MS = { second: SECOND_MS, minute: spanMs.minute, hour: spanMs.hour } as const;

/** The rate of a throttle in acts per second. */
export const perSecondOf = ({ to, per }: Throttle): number => (to * SECOND_MS) / THROTTLE_MS[per];

/** Whether a list of globs forbids a name: it is on the deny list, or not on the allow list. */
export const forbidden = (lists: {
  readonly allow?: readonly string[];
  readonly deny?: readonly string[];
}): ((name: string) => boolean) => {
  const globs = (lists.deny ?? lists.allow ?? []).map(compileGlob);
  const isDenyList = lists.deny !== undefined;
  return (name) => globs.some((glob) => glob.matches(name)) === isDenyList;
};
