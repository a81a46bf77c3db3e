import type { Address } from '#contracts';
import type { LocalRule, RateRule } from './compiled-policy.js';
import type { LocalAsk } from './local-verdict.js';
import { shapeOf, SlidingWindow } from './sliding-window.js';
import { TokenBucket } from './token-bucket.js';

/** Agents with counts; beyond, the one that was counted for first begins anew. */
const AGENTS_MAX = 50_000;

interface Counters {
  /** A change of the policy begins anew. */
  readonly sequence: number;
  readonly window: SlidingWindow | null;
  bucket: TokenBucket | null;
}

/** One gateway's own counts of what local rules limit. */
export class LocalRates {
  readonly #agents = new Map<Address, Map<string, Counters>>();

  /** Milliseconds until one more act would not exceed the limit; `0`: now. */
  overMs(rule: RateRule, { address, nowMs }: LocalAsk): number {
    const window = this.#find(rule, address)?.window;
    if (rule.over === 0) return rule.windowMs;
    return window ? window.msUntilAtMost(rule.over - 1, nowMs) : 0;
  }

  /** Milliseconds until the throttle of a rule lets one more act pass at this gateway; `0`: now. */
  throttledMs(rule: LocalRule, ask: LocalAsk): number | null {
    return this.#bucket(rule, ask)?.waitMs(ask.nowMs) ?? null;
  }

  admitted(rule: LocalRule, ask: LocalAsk): void {
    const counters = this.#open(rule, ask.address);
    counters.bucket?.take(ask.nowMs);
    counters.window?.add(1, ask.nowMs);
  }

  /** Made when it is first needed. */
  #bucket(rule: LocalRule, ask: LocalAsk): TokenBucket | null {
    if (typeof rule.force !== 'object') return null;
    const counters = this.#open(rule, ask.address);
    const { gateways, nowMs } = ask;
    counters.bucket ??= new TokenBucket(rule.force.perSecond / gateways, 1 / gateways, nowMs);
    return counters.bucket;
  }

  #find(rule: LocalRule, address: Address): Counters | null {
    const found = this.#agents.get(address)?.get(keyOf(rule)) ?? null;
    return found?.sequence === rule.policy.sequence ? found : null;
  }

  #open(rule: LocalRule, address: Address): Counters {
    const found = this.#find(rule, address);
    if (found) return found;
    const made: Counters = {
      sequence: rule.policy.sequence,
      window: rule.kind === 'rate' ? new SlidingWindow(shapeOf(rule.windowMs)) : null,
      bucket: null,
    };
    this.#countersOf(address).set(keyOf(rule), made);
    return made;
  }

  #countersOf(address: Address): Map<string, Counters> {
    const known = this.#agents.get(address);
    if (known) return known;
    const [oldest] = this.#agents.keys();
    if (this.#agents.size >= AGENTS_MAX && oldest) this.#agents.delete(oldest);
    const made = new Map<string, Counters>();
    this.#agents.set(address, made);
    return made;
  }
}

/** Of one agent, hence of one org. */
const keyOf = ({ policy, rule }: LocalRule): string => `${policy.policy} ${rule}`;
