import type { Address } from '#contracts';
import type { RestrictionRecord } from '../control/governance-records.js';
import { restrictionKey } from '../control/policy-fold.js';
import type { LocalAsk, LocalVerdict } from './local-verdict.js';
import type { PolicyView } from './policy-index.js';
import { TokenBucket } from './token-bucket.js';

const AGENTS_MAX = 50_000;

interface Limited {
  readonly sequence: number;
  readonly gateways: number;
  readonly bucket: TokenBucket;
}

/**
 * What breaches left: an agent may let out no more than so many acts a second, over all gateways together. Each gateway
 * lets out its equal share, so the sum never exceeds the rate; an agent that talks to one gateway alone gets that share.
 */
export class Restrictions {
  readonly #agents = new Map<Address, Map<string, Limited>>();

  /** `null`: nothing restricts this act now. */
  verdict(view: PolicyView, ask: LocalAsk): LocalVerdict | null {
    if (ask.act === 'receive') return null;
    for (const restriction of view.policies.restrictionsOf(ask.address)) {
      if (restriction.untilMs <= ask.nowMs) continue;
      const leftMs = restriction.untilMs - ask.nowMs;
      const waitMs = this.#bucket(restriction, ask).waitMs(ask.nowMs);
      if (waitMs !== 0) return refusal(restriction, Math.min(leftMs, waitMs ?? leftMs));
    }
    return null;
  }

  admitted(view: PolicyView, ask: LocalAsk): void {
    if (ask.act === 'receive') return;
    for (const restriction of view.policies.restrictionsOf(ask.address)) {
      if (restriction.untilMs > ask.nowMs) this.#bucket(restriction, ask).take(ask.nowMs);
    }
  }

  #bucket(restriction: RestrictionRecord, { address, gateways, nowMs }: LocalAsk): TokenBucket {
    const key = restrictionKey(restriction);
    const known = this.#agents.get(address)?.get(key);
    if (known?.sequence === restriction.sequence && known.gateways === gateways) {
      return known.bucket;
    }
    const bucket = new TokenBucket(
      restriction.perSecond / gateways,
      firstOf(restriction) / gateways,
      nowMs,
    );
    this.#limitsOf(address).set(key, { sequence: restriction.sequence, gateways, bucket });
    return bucket;
  }

  #limitsOf(address: Address): Map<string, Limited> {
    const known = this.#agents.get(address);
    if (known) return known;
    const [oldest] = this.#agents.keys();
    if (this.#agents.size >= AGENTS_MAX && oldest) this.#agents.delete(oldest);
    const made = new Map<string, Limited>();
    this.#agents.set(address, made);
    return made;
  }
}

/** A block begins with nothing, a throttle with one act. */
const firstOf = ({ perSecond }: RestrictionRecord): number => (perSecond === 0 ? 0 : 1);

const refusal = (restriction: RestrictionRecord, retryAfterMs: number): LocalVerdict => ({
  kind: 'refuse',
  retryAfterMs,
  ground: {
    policy: restriction.policy,
    rule: restriction.rule,
    says:
      restriction.perSecond === 0
        ? `${restriction.policy}: the agent is blocked for a time`
        : `${restriction.policy}: the agent is throttled to ${restriction.perSecond} acts per second`,
  },
});
