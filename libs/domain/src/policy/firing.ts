import type { Address, Evidence, PolicyAction } from '#contracts';
import type { PolicyRecord } from '../control/governance-records.js';
import { restricts } from './compiled-policy.js';
import type { Finding } from './finding.js';
import type { RuleWatch } from './rule-watch.js';

/** A rule was breached, or has come near to it. */
export interface Firing {
  readonly what: 'breach' | 'near';
  readonly record: PolicyRecord;
  /** From 0. */
  readonly rule: number;
  readonly action: PolicyAction;
  readonly address: Address;
  /** When it happened, by the log's clock. */
  readonly atMs: number;
  /** When the log stored what tells it. */
  readonly storedAtMs: number;
  /** Tells it from every other breach of the rule by the agent. */
  readonly crossing: string;
  /** `block` and `throttle`: until when; `null` where each act is refused by itself, and for other actions. */
  readonly untilMs: number | null;
  readonly evidence: Evidence;
  /** A brake holds it back: it may be told again after the cooldown. */
  heldBack(): void;
}

/** A restriction lasts no longer than so without being told anew. */
const UNTIL_MS_MAX = 7 * 86_400_000;
/** Where nothing says when it is over. */
const UNTIL_MS_DEFAULT = 3_600_000;

export const firingOf = (
  what: Firing['what'],
  finding: Finding,
  { watch, address, storedAtMs }: { watch: RuleWatch; address: Address; storedAtMs: number },
): Firing => {
  const { record, rule, index } = watch;
  const untilMs = what === 'breach' ? untilOf(watch, finding) : null;
  if (untilMs !== null) watch.quietUntil(untilMs);
  return {
    ...{ what, record, rule: index, action: rule.then, address, storedAtMs, untilMs },
    atMs: finding.atMs,
    crossing: what === 'breach' ? watch.crossing(finding) : `near ${finding.key} ${finding.atMs}`,
    evidence: finding.evidence(),
    heldBack: () => watch.heldBack(finding.key),
  };
};

const untilOf = ({ rule, condition, record }: RuleWatch, finding: Finding): number | null => {
  const isByName = condition.kind === 'intent_types' || condition.kind === 'tools';
  if (!restricts(rule.then) || isByName) return null;
  const overInMs = Math.min(finding.overInMs() ?? UNTIL_MS_DEFAULT, UNTIL_MS_MAX);
  return finding.atMs + Math.max(overInMs, record.document.cooldown_seconds * 1000, 1000);
};
