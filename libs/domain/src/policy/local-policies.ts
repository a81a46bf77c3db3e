import type { Address } from '#contracts';
import type { LocalRule, RateRule } from './compiled-policy.js';
import type { LocalAsk, LocalVerdict } from './local-verdict.js';
import { LocalRates } from './local-rates.js';
import { type AgentPolicies, PolicyIndex, type PolicyView } from './policy-index.js';
import { Restrictions } from './restrictions.js';

const PASS: LocalVerdict = { kind: 'pass' };

/**
 * What one gateway decides about policies by itself: names on lists, its own counts, and the restrictions that breaches left.
 * Ask with `verdict`, which changes nothing; once the act has passed everything else too, say so with `admitted`. An
 * agent that no policy watches costs two look-ups, however many policies there are.
 */
export class LocalPolicies {
  readonly #index = new PolicyIndex();
  readonly #rates = new LocalRates();
  readonly #restrictions = new Restrictions();

  /** The policies that watch an agent; kept until they or its tags change. */
  policiesFor(view: PolicyView, address: Address): AgentPolicies {
    return this.#index.policiesFor(view, address);
  }

  /** The first refusal decides; a warning passes. */
  verdict(view: PolicyView, ask: LocalAsk): LocalVerdict {
    const restricted = this.#restrictions.verdict(view, ask);
    if (restricted !== null) return restricted;
    const { local } = this.#index.policiesFor(view, ask.address);
    let warning: LocalVerdict = PASS;
    for (let index = 0; index < local.length; index += 1) {
      const said = this.#ask(local[index] as LocalRule, ask);
      if (said?.kind === 'refuse') return said;
      if (said !== null && warning.kind === 'pass') warning = said;
    }
    return warning;
  }

  /** The act passed: it counts from now on. */
  admitted(view: PolicyView, ask: LocalAsk): void {
    this.#restrictions.admitted(view, ask);
    for (const rule of this.#index.policiesFor(view, ask.address).local) {
      if (rule.act === ask.act && concerns(rule, ask)) this.#rates.admitted(rule, ask);
    }
  }

  #ask(rule: LocalRule, ask: LocalAsk): LocalVerdict | null {
    if (rule.act !== ask.act || !concerns(rule, ask)) return null;
    const overMs = rule.kind === 'rate' ? this.#rates.overMs(rule, ask) : null;
    if (rule.kind === 'rate' && overMs === 0) return null;
    return this.#forced(rule, ask, overMs);
  }

  #forced(rule: LocalRule, ask: LocalAsk, overMs: number | null): LocalVerdict | null {
    const ground = () => groundOf(rule, ask);
    if (rule.force === 'warn') return { kind: 'warn', ground: ground() };
    if (rule.force === 'refuse') return { kind: 'refuse', ground: ground(), retryAfterMs: overMs };
    const waitMs = this.#rates.throttledMs(rule, ask);
    return waitMs === 0 ? null : { kind: 'refuse', ground: ground(), retryAfterMs: waitMs };
  }
}

const concerns = (rule: LocalRule, ask: LocalAsk): boolean =>
  rule.kind === 'rate' || (ask.name !== null && rule.forbids(ask.name));

const groundOf = (rule: LocalRule, ask: LocalAsk) => ({
  policy: rule.policy.policy,
  rule: rule.rule,
  says: `${rule.policy.policy}: ${rule.kind === 'name' ? aboutName(ask) : aboutRate(rule)}`,
});

const aboutName = ({ act, name }: LocalAsk): string =>
  act === 'guard' ? `the tool ${name} is not allowed` : `intents of type ${name} are not allowed`;

const aboutRate = ({ act, over, policy, rule }: RateRule): string =>
  `more than ${over} intents ${act === 'send' ? 'sent' : 'received'} per ${policy.document.rules[rule]?.when.intents?.per}`;
