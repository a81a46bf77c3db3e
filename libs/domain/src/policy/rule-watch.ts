import type { PolicyRule } from '#contracts';
import type { PolicyRecord } from '../control/governance-records.js';
import { SECOND_MS, spanMs } from '../time/spans.js';
import { restricts } from './compiled-policy.js';
import { type Condition, conditionOf, measureOf } from './condition.js';
import type { Finding } from './finding.js';
import type { Meter, Saved } from './meter.js';
import { newMeter } from './new-meter.js';

/** Breaches and warnings of one rule by one agent that are told apart by a key; beyond, the oldest is forgotten. */
const KEYS_MAX = 1000;

interface Told {
  readonly isTold: boolean;
  /** How often a brake held it back. */
  readonly heldBack: number;
}
const UNTOLD: Told = { isTold: false, heldBack: 0 };

export type Judged = 'breach' | 'near' | null;

/** One rule as it watches one agent: what it measured, and what it said already. */
export class RuleWatch {
  readonly condition: Condition;
  readonly meter: Meter;
  /** It breached since people last let the agent go on. */
  hasFired = false;
  #quietUntilMs = 0;
  readonly #told = new Map<string, Told>();
  readonly #near = new Map<string, number>();

  constructor(
    readonly record: PolicyRecord,
    /** From 0. */
    readonly index: number,
    readonly rule: PolicyRule,
    /** The same rule of the version before: what it measured goes on. */
    before: RuleWatch | null,
  ) {
    this.condition = conditionOf(rule.when);
    this.meter = newMeter(this.condition, {
      policy: record.policy,
      rule: index,
      then: rule.then,
      tellFrom: Math.min(1, rule.warn_at ?? 1),
    });
    if (before === null) return;
    this.meter.restore(before.meter.save());
    this.hasFired = before.hasFired;
  }

  /** Whether a finding is to be told; what was judged a breach is quiet for the cooldown from then on. */
  judge(finding: Finding): Judged {
    if (finding.share <= 1) return this.#isNear(finding) ? 'near' : null;
    if (!this.isNews(finding)) return null;
    this.quietUntil(finding.atMs + this.#quietMs());
    this.hasFired = true;
    return 'breach';
  }

  /** Whether it would be judged a breach. */
  isNews({ share, key, atMs }: Finding): boolean {
    return share > 1 && atMs >= this.#quietUntilMs && !this.#isTold(key);
  }

  /** What tells this breach from every other of the rule by the agent; a breach of a key is told once, unless it ends. */
  crossing({ key, atMs }: Finding): string {
    if (key === '') return String(Math.floor(atMs / SECOND_MS));
    const { heldBack } = this.#told.get(key) ?? UNTOLD;
    if (this.#endsBefore) remember(this.#told, key, { isTold: false, heldBack: heldBack + 1 });
    else remember(this.#told, key, { isTold: true, heldBack });
    return heldBack === 0 ? key : `${key}#${heldBack}`;
  }

  /** A brake held the breach back: after the cooldown it may be told again. */
  heldBack(key: string): void {
    if (key === '') return;
    const { heldBack } = this.#told.get(key) ?? UNTOLD;
    remember(this.#told, key, { isTold: false, heldBack: heldBack + 1 });
  }

  quietUntil(untilMs: number): void {
    this.#quietUntilMs = Math.max(this.#quietUntilMs, untilMs);
  }

  /** People let the agent go on. */
  forgive(): void {
    if (!this.hasFired) return;
    this.meter.forgive?.();
    this.hasFired = false;
  }

  save(): Saved {
    const { sequence } = this.record;
    const told = [...this.#told].map(([key, { isTold, heldBack }]) => [key, isTold, heldBack]);
    const near = [...this.#near];
    return [sequence, this.meter.save(), this.hasFired, this.#quietUntilMs, told, near];
  }

  /** What another version of the policy said counts no more; what it measured does. */
  restore(saved: Saved): void {
    const [sequence, meter, hasFired, quietUntilMs, told, near] = saved;
    this.meter.restore(meter as Saved);
    this.hasFired = hasFired as boolean;
    if (sequence !== this.record.sequence) return;
    this.#quietUntilMs = quietUntilMs as number;
    for (const [key, isTold, heldBack] of told as [string, boolean, number][]) {
      this.#told.set(key, { isTold, heldBack });
    }
    for (const [key, untilMs] of near as [string, number][]) this.#near.set(key, untilMs);
  }

  /** What it leaves the agent ends by itself, though the session goes on that has exceeded its limit: then it acts again. */
  get #endsBefore(): boolean {
    const isSum =
      this.condition.kind === 'session_actions' || this.condition.kind === 'session_cost';
    return isSum && restricts(this.rule.then);
  }

  #isTold(key: string): boolean {
    return this.#told.get(key)?.isTold ?? false;
  }

  #isNear({ share, key, atMs }: Finding): boolean {
    const { warn_at: warnAt } = this.rule;
    if (warnAt === undefined || share < warnAt) return false;
    if (atMs < (this.#near.get(key) ?? 0)) return false;
    remember(this.#near, key, key === '' ? atMs + this.#nearMs() : Number.MAX_SAFE_INTEGER);
    return true;
  }

  /** Whoever is not stopped goes on being above the limit: that is told once for each window. */
  #quietMs(): number {
    const { mode, cooldown_seconds: cooldown } = this.record.document;
    const isOnlyTold = this.rule.then === 'alert' || mode !== 'enforce';
    const windowMs = isOnlyTold && 'per' in this.condition.is ? this.#nearMs() : 0;
    return Math.max(cooldown * SECOND_MS, windowMs);
  }

  /** One warning for each window; a month or more warns again after a day. */
  #nearMs(): number {
    const { is } = this.condition;
    const per = 'per' in is ? is.per : 'day';
    return per === 'month' || per === 'total' ? spanMs.day : spanMs[per];
  }
}

const remember = <V>(map: Map<string, V>, key: string, value: V): void => {
  const [oldest] = map.keys();
  if (oldest !== undefined && map.size >= KEYS_MAX && !map.has(key)) map.delete(oldest);
  map.set(key, value);
};

/** What a rule measures, its limit aside: where what was measured belongs, also in another version of the policy. */
export const ruleMeasure = ({ policy }: PolicyRecord, { when }: PolicyRule): string =>
  `${policy} ${measureOf(conditionOf(when))}`;
