import {
  type Address,
  type Brake,
  type Evidence,
  type PolicyAction,
  type StopMode,
} from '#contracts';
import type { StopOrder } from '../control/control-records.js';
import type { PolicyRecord } from '../control/governance-records.js';
import { severity, strictest } from '../stop/covers.js';
import type { PolicyEffect, EffectIds, PolicyFact } from './effect.js';
import { evidence } from './finding.js';
import type { Firing } from './firing.js';
import type { Silence } from './heartbeats.js';
import type { RuleWatch } from './rule-watch.js';
import { StopsBrake } from './stops-brake.js';

/** What the reactions ask of the control view. */
export interface ReactionView {
  holding(address: Address): readonly StopOrder[];
  agent(address: Address): { readonly revoked: boolean } | null;
}

/**
 * What follows from a firing: in `shadow` and `warn` a fact, in `enforce` a request, unless a brake holds it back. Agents in
 * quarantine and revoked ones are left alone, and so is who is stopped as strictly already.
 */
export class PolicyReactions {
  readonly #brake = new StopsBrake();

  constructor(private readonly ids: EffectIds) {}

  fired(view: ReactionView, firing: Firing): PolicyEffect | null {
    if (isLeftAlone(view, firing)) return null;
    if (firing.what === 'near') return this.#near(firing);
    if (firing.record.document.mode !== 'enforce') return this.#seen(firing);
    return isStop(firing.action) ? this.#stop(firing) : this.#request(firing, null);
  }

  /** More than half the fleet is silent: one alarm, and nobody is stopped. */
  cliff(watch: RuleWatch, { silent, fleet }: Silence, nowMs: number): PolicyEffect | null {
    const { record, index } = watch;
    const key = `cliff ${record.org}/${record.policy} ${record.sequence} ${index}`;
    const everyMs = Math.max(MINUTE_MS, record.document.cooldown_seconds * 1000);
    if (!this.#brake.isFirst(key, nowMs, everyMs)) return null;
    const says = `${silent} of ${fleet} agents fell silent at once: nobody was stopped for it`;
    const told = evidence({ condition: 'heartbeat_age', measured: silent, samples: fleet, says });
    return this.#braked(record, index, {
      ...{ brake: 'heartbeat_cliff', address: null, agents: silent, told, atMs: nowMs },
    });
  }

  /** The log tells that a policy stopped an agent, by whichever replica. */
  stopped(org: string, policy: string, breachId: string, atMs: number): void {
    this.#brake.note(`${org}/${policy}`, breachId, atMs);
  }

  save(): unknown[] {
    return this.#brake.save();
  }

  restore(saved: unknown[]): void {
    this.#brake.restore(saved);
  }

  #stop(firing: Firing): PolicyEffect | null {
    const { record, rule, address, storedAtMs } = firing;
    const policy = `${record.org}/${record.policy}`;
    if (this.#brake.within(policy, storedAtMs) < record.document.max_stops_per_minute) {
      const effect = this.#request(firing, null);
      this.#brake.note(policy, effect.id, storedAtMs);
      return effect;
    }
    firing.heldBack();
    // One goes to the control log, for people; a flood of them would help nobody.
    if (this.#brake.isFirst(policy, storedAtMs)) return this.#request(firing, 'stops_per_minute');
    return this.#braked(record, rule, {
      ...{ brake: 'stops_per_minute', address, agents: 1, told: firing.evidence },
      atMs: storedAtMs,
    });
  }

  #request(firing: Firing, brake: Brake | null): PolicyEffect {
    const { record, rule, address, action, untilMs, evidence: told, storedAtMs } = firing;
    const breachId = this.ids.breachId(textOf(firing));
    const { org, policy, sequence } = record;
    return {
      kind: 'breach',
      id: breachId,
      storedAtMs,
      untilMs,
      request: {
        ...{ breachId, org, policy, policySequence: sequence, rule, address, action, brake },
        ...{ evidence: told, storedAtMs },
      },
    };
  }

  #seen(firing: Firing): PolicyEffect {
    const { record, address, action, evidence: told } = firing;
    const breachId = this.ids.breachId(textOf(firing));
    const data = { breachId, address, mode: record.document.mode, action, evidence: told };
    return this.#fact(firing, { type: 'BreachSeen', data: { ...noticed(firing), ...data } });
  }

  #near(firing: Firing): PolicyEffect {
    const { record, address, evidence: told } = firing;
    const data = { address, mode: record.document.mode, evidence: told };
    return this.#fact(firing, { type: 'LimitNear', data: { ...noticed(firing), ...data } });
  }

  #fact(firing: Firing, fact: PolicyFact): PolicyEffect {
    const { record, address, storedAtMs } = firing;
    const id = this.ids.eventId(`${fact.type} ${textOf(firing)}`);
    return { kind: 'fact', id, storedAtMs, org: record.org, address, fact };
  }

  #braked(record: PolicyRecord, rule: number, { told, atMs, ...braked }: Braked): PolicyEffect {
    const { org, policy, sequence: policySequence } = record;
    const data = { org, policy, policySequence, rule, ...braked, evidence: told };
    const text = JSON.stringify([org, policy, policySequence, rule, braked, atMs]);
    return {
      ...{ kind: 'fact', id: this.ids.eventId(text), storedAtMs: atMs, org },
      ...{ address: braked.address, fact: { type: 'PolicyBraked', data } },
    };
  }
}

const MINUTE_MS = 60_000;

interface Braked {
  readonly brake: Brake;
  readonly address: Address | null;
  readonly agents: number;
  readonly told: Evidence;
  readonly atMs: number;
}

const textOf = ({ record, rule, address, crossing }: Firing): string =>
  JSON.stringify([record.org, record.policy, record.sequence, rule, address, crossing]);

const noticed = ({ record: { org, policy, sequence }, rule }: Firing) => ({
  ...{ org, policy, policySequence: sequence, rule },
});

type StopAction = Extract<PolicyAction, StopMode | 'revoke'>;

export const isStop = (action: PolicyAction): action is StopAction =>
  action === 'revoke' || (typeof action === 'string' && action in severity);

const isLeftAlone = (view: ReactionView, firing: Firing): boolean => {
  const { address, action } = firing;
  if (view.agent(address)?.revoked === true) return true;
  const holding = strictestWhole(view.holding(address));
  if (holding === null) return false;
  if (holding === 'quarantine') return true;
  const isOnlyTold = firing.what === 'near' || action === 'alert' || action === 'revoke';
  return !isOnlyTold && !isStricter(action, holding);
};

const isStricter = (action: PolicyAction, than: StopMode): boolean =>
  isStop(action) && action !== 'revoke' && severity[action] > severity[than];

const strictestWhole = (orders: readonly StopOrder[]): StopMode | null =>
  orders.length === 0
    ? null
    : strictest(
        orders.filter(({ selector }) => selector.capability === undefined).map(({ mode }) => mode),
      );

/** Whether a stop holds the agent in all it does. */
export const isWhollyHeld = (view: ReactionView, address: Address): boolean =>
  view.agent(address)?.revoked === true || strictestWhole(view.holding(address)) !== null;
