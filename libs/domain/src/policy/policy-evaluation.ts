import {
  type ActivityEvent,
  type Address,
  type ControlEvent,
  type Decoded,
  type SessionEvent,
  type Signal,
  type SignalPlace,
  type UnknownEvent,
} from '#contracts';
import type { ControlChange } from '../control/control-change.js';
import { ControlView, type StoredControlEvent } from '../control/control-view.js';
import { covers } from '../stop/covers.js';
import { ClockOffsets } from './clock-offsets.js';
import type { PolicyEffect, EffectIds } from './effect.js';
import { gatewayTimeMs, isMeasured, observationOf } from './observation.js';
import { PendingEffects } from './pending-effects.js';
import { type MeterView, PolicyMeters } from './policy-meters.js';
import { isWhollyHeld, PolicyReactions } from './policy-reactions.js';
import { SessionOwners } from './session-owners.js';

export interface PolicyEvaluationOptions {
  /** Which agents are this replica's. */
  readonly isOwn: (address: Address) => boolean;
  readonly ids: EffectIds;
}

/** An event as its log has it. */
export interface StoredAs<E> {
  readonly sequence: number;
  readonly storedAtMs: number;
  readonly decoded: Decoded<E>;
}

type EventOf<T extends ControlEvent['type']> = Extract<ControlEvent, { type: T }>;
/** What the control log says that matters here, besides what the view makes of it. */
type Reading = {
  readonly [T in ControlEvent['type']]?: (event: EventOf<T>, storedAtMs: number) => void;
};

/**
 * One replica's whole evaluation of policies: all logs go in, merged by the time at which they were stored; what is to be done
 * comes out as `pending`, and stays there until it was settled. Pure: no clock, no randomness, no I/O; the same history
 * gives the same state, so a restart from a snapshot and a new beginning from the logs come to the same.
 */
export class PolicyEvaluation {
  readonly view = new ControlView();
  readonly pending = new PendingEffects();
  /** Events that this build could not read, and of those the last. */
  unreadable = 0;
  lastUnreadable: UnknownEvent | null = null;
  readonly #meters: PolicyMeters;
  readonly #reactions: PolicyReactions;
  readonly #offsets = new ClockOffsets();
  readonly #owners = new SessionOwners();
  readonly #meterView: MeterView;

  constructor({ isOwn, ids }: PolicyEvaluationOptions) {
    const { view } = this;
    this.#reactions = new PolicyReactions(ids);
    this.#meters = new PolicyMeters({
      isOwn,
      onFiring: (firing) => this.#do(this.#reactions.fired(view, firing)),
      onCliff: (watch, _, silence, nowMs) => this.#do(this.#reactions.cliff(watch, silence, nowMs)),
    });
    this.#meterView = {
      get policies() {
        return view.policies;
      },
      agent: (address) => view.agent(address),
      isHeld: (address) => isWhollyHeld(view, address),
    };
  }

  /** Agents that are measured now. */
  get agents(): number {
    return this.#meters.agents;
  }

  /** An event that the state contains already, when a snapshot was restored: only the view has to see it again. */
  controlAgain(stored: StoredControlEvent): void {
    this.view.apply(stored);
  }

  control(stored: StoredControlEvent): void {
    const change = this.view.apply(stored);
    this.#forgiveLifted(change);
    if (stored.decoded.known) this.#controlEvent(stored.decoded.event, stored.storedAtMs);
    else this.#unread(stored.decoded.unknown);
  }

  activity({ storedAtMs, decoded }: StoredAs<ActivityEvent>): void {
    if (!decoded.known) return this.#unread(decoded.unknown);
    const { event } = decoded;
    // What this or another replica told before comes back here.
    if (!isMeasured(event)) return this.pending.settle(event.id);
    const gatewayMs = gatewayTimeMs(event);
    const atMs = this.#offsets.logTimeOf(event.data.gateway, gatewayMs, storedAtMs);
    this.#meters.observe(this.#meterView, observationOf(event, { atMs, storedAtMs }));
  }

  session({ storedAtMs, decoded }: StoredAs<SessionEvent>): void {
    if (!decoded.known) return this.#unread(decoded.unknown);
    const { event } = decoded;
    const { sessionId } = event.data;
    if (event.type === 'SessionStarted') {
      this.#owners.add(sessionId, event.data.owner);
      this.#meters.sessionStarted(this.#meterView, event.data.owner, sessionId, storedAtMs);
    } else if (event.type === 'SessionCompleted') {
      this.#sessionEnded(sessionId);
    }
  }

  /** A signal that is as it must be. */
  signal(place: SignalPlace, signal: Signal, at: { sequence: number; storedAtMs: number }): void {
    if (signal.status !== 'firing') return;
    const { source, metric, severity, message, fingerprint, since } = signal;
    const key = fingerprint === null ? String(at.sequence) : `${source} ${fingerprint} ${since}`;
    const seen = { source, metric, severity, message, key, atMs: at.storedAtMs };
    for (const address of this.#concerned(place, signal)) {
      this.#meters.signal(this.#meterView, address, seen);
    }
  }

  /** Time has come so far by the log's clock, though nothing happened. Only while all logs are read to their ends. */
  tick(nowMs: number): void {
    this.#meters.advance(this.#meterView, nowMs);
  }

  /** This replica, or what it reads from, began anew: silences from before are held against nobody. */
  restarted(atMs: number): void {
    this.#meters.restarted(atMs);
  }

  save(): unknown[] {
    return [
      this.#meters.save(this.#meterView),
      this.#reactions.save(),
      this.#offsets.save(),
      this.#owners.save(),
      [...this.pending.all()],
    ];
  }

  /** The view must have been folded, by `controlAgain`, as far as it was when this was saved. */
  restore(saved: unknown[]): void {
    const [meters, reactions, offsets, owners, pending] = saved;
    this.#meters.restore(this.#meterView, meters as unknown[]);
    this.#reactions.restore(reactions as unknown[]);
    this.#offsets.restore(offsets as ReturnType<ClockOffsets['save']>);
    this.#owners.restore(owners as ReturnType<SessionOwners['save']>);
    for (const effect of pending as PolicyEffect[]) this.pending.add(effect);
  }

  #do(effect: PolicyEffect | null): void {
    if (effect !== null) this.pending.add(effect);
  }

  #unread(unknown: UnknownEvent): void {
    this.unreadable += 1;
    this.lastUnreadable = unknown;
  }

  #forgiveLifted({ lifted }: ControlChange): void {
    if (lifted === null || !('agent' in lifted.selector)) return;
    if (lifted.selector.capability === undefined) this.#meters.forgive(lifted.selector.agent);
  }

  readonly #reading: Reading = {
    GatewayLeft: ({ data }, storedAtMs) => this.#meters.gatewayGone(data.gateway, storedAtMs),
    GatewayRemoved: ({ data }, storedAtMs) => this.#meters.gatewayGone(data.gateway, storedAtMs),
    PolicySet: ({ data }) => this.#meters.policiesChanged(data.org),
    PolicyRemoved: ({ data }) => this.#meters.policiesChanged(data.org),
    PolicyBreached: (event, storedAtMs) => this.#told(event, storedAtMs),
    RestrictionLifted: ({ data }) => this.#meters.forgive(data.address, data.policy),
    AgentTagged: ({ data }) => this.#meters.tagsChanged(data.address),
    SessionKilled: ({ data }) => this.#sessionEnded(data.sessionId),
    NodeJoined: (_, storedAtMs) => this.restarted(storedAtMs),
    LogRestored: (_, storedAtMs) => this.restarted(storedAtMs),
    // The first boot of a gateway is no restart: nobody was connected to it before.
    GatewayJoined: ({ data }, storedAtMs) => {
      if (data.boot > 1) this.restarted(storedAtMs);
    },
  };

  #controlEvent(event: ControlEvent, storedAtMs: number): void {
    const read = this.#reading[event.type] as Reading['PolicySet'];
    read?.(event as EventOf<'PolicySet'>, storedAtMs);
  }

  #told({ data }: EventOf<'PolicyBreached'>, storedAtMs: number): void {
    const { breachId, org, policy, policySequence, rule, address, outcome } = data;
    this.pending.told({ breachId, policySequence, rule, address, storedAtMs });
    this.#meters.told(address, policySequence, rule, storedAtMs);
    if (outcome !== 'stop' && outcome !== 'revoke') return;
    this.#reactions.stopped(org, policy, breachId, storedAtMs);
  }

  #sessionEnded(session: string): void {
    const owner = this.#owners.take(session);
    if (owner !== null) this.#meters.sessionEnded(owner, session);
  }

  *#concerned({ org }: SignalPlace, { selector }: Signal): Generator<Address> {
    if ('agent' in selector) return yield selector.agent;
    const asks = ({ document }: { document: { rules: readonly { when: object }[] } }) =>
      document.rules.some(({ when }) => 'signal' in when);
    if (![...this.view.policies.all(org)].some(asks)) return;
    for (const agent of this.view.agents(org)) {
      if (covers(selector, agent)) yield agent.address;
    }
  }
}
