import type { Address, GatewayId, OrgName } from '#contracts';
import { AgentWatch } from './agent-watch.js';
import { Cliffs } from './cliffs.js';
import { type Finding, NOTHING } from './finding.js';
import { type Firing, firingOf } from './firing.js';
import { Heartbeats, type Silence } from './heartbeats.js';
import type { Saved } from './meter.js';
import type { Observation } from './observation.js';
import { PolicyIndex, type PolicyView } from './policy-index.js';
import type { RuleWatch } from './rule-watch.js';
import type { SeenSignal } from './seen-signal.js';

/** What the meters ask of the control view. */
export interface MeterView extends PolicyView {
  /** The agent is held by a stop, or revoked: its silence says nothing. */
  isHeld(address: Address): boolean;
}

export interface PolicyMetersOptions {
  /** Which agents are this replica's. */
  readonly isOwn: (address: Address) => boolean;
  readonly onFiring: (firing: Firing) => void;
  /** More than half the fleet fell silent, so this rule does not act on this agent. */
  readonly onCliff: (watch: RuleWatch, address: Address, silence: Silence, nowMs: number) => void;
  /** How often, by the log's clock, time alone is looked at, milliseconds. @default 1000 */
  readonly checkEveryMs?: number;
  /** @default 200000 */
  readonly agentsMax?: number;
}

const CHECK_EVERY_MS = 1000;
const AGENTS_MAX = 200_000;

/**
 * Everything that policies measure. Observations go in, in the order of the log; breaches come out. The same history gives the
 * same breaches, here, after a restart, and in a backtest.
 */
export class PolicyMeters {
  /** Agents that were forgotten for others: their counts begin anew. */
  forgotten = 0;
  readonly #index = new PolicyIndex();
  readonly #agents = new Map<Address, AgentWatch>();
  readonly #beats = new Heartbeats();
  #checkedMs = 0;
  #restartedMs = 0;
  /** Since anything was measured. */
  readonly #changedOrgs = new Set<OrgName>();
  readonly #changedAgents = new Set<Address>();

  constructor(private readonly options: PolicyMetersOptions) {}

  get agents(): number {
    return this.#agents.size;
  }

  observe(view: MeterView, seen: Observation): void {
    if (!this.options.isOwn(seen.address)) return;
    this.advance(view, seen.storedAtMs);
    if (seen.isHeartbeat) this.#beats.note(seen.address, seen.gateway, seen.storedAtMs);
    const watch = this.#watch(view, seen.address);
    if (watch === null) return;
    // Whoever is stopped is refused at every turn: that is the stop's doing.
    if (seen.refused > 0 && view.isHeld(seen.address)) seen.refused = 0;
    for (const rule of watch.rules) {
      this.#tell(watch, rule, rule.meter.observe?.(seen), seen.storedAtMs);
    }
  }

  signal(view: MeterView, address: Address, signal: SeenSignal): void {
    if (!this.options.isOwn(address)) return;
    this.#followChanges(view);
    const watch = this.#watch(view, address);
    if (watch === null) return;
    for (const rule of watch.rules) {
      this.#tell(watch, rule, rule.meter.signal?.(signal), signal.atMs);
    }
  }

  sessionStarted(view: MeterView, owner: Address, session: string, atMs: number): void {
    if (!this.options.isOwn(owner)) return;
    this.#followChanges(view);
    for (const rule of this.#watch(view, owner)?.rules ?? []) {
      rule.meter.sessionStarted?.(session, atMs);
    }
  }

  sessionEnded(owner: Address, session: string): void {
    for (const rule of this.#agents.get(owner)?.rules ?? []) rule.meter.sessionEnded?.(session);
  }

  /** The policies of an org are others from now on. */
  policiesChanged(org: OrgName): void {
    this.#changedOrgs.add(org);
  }

  /** The tags of an agent that is watched, or may be from now on. */
  tagsChanged(address: Address): void {
    const isKnown = this.#agents.has(address) || this.#beats.lastMs(address) !== null;
    if (isKnown) this.#changedAgents.add(address);
  }

  /** Time has come so far by the log's clock: what is due by time alone is told. */
  advance(view: MeterView, nowMs: number): void {
    this.#followChanges(view);
    if (nowMs < this.#checkedMs + (this.options.checkEveryMs ?? CHECK_EVERY_MS)) return;
    this.#checkedMs = nowMs;
    const cliffs = new Cliffs(this.#beats, view, nowMs);
    for (const watch of this.#agents.values()) {
      if (watch.isTimed) this.#check(view, watch, cliffs, nowMs);
    }
  }

  /** The control plane began anew: for twice its limit no silence is held against anybody. */
  restarted(atMs: number): void {
    this.#restartedMs = Math.max(this.#restartedMs, atMs);
  }

  /** A gateway is no member any more: so long no silence is held against those who spoke through it. */
  gatewayGone(gateway: GatewayId, atMs: number): void {
    this.#beats.gatewayGone(gateway, atMs);
  }

  /** People let an agent go on; with a policy, after that one alone. */
  forgive(address: Address, policy: string | null = null): void {
    for (const rule of this.#agents.get(address)?.rules ?? []) {
      if (policy === null || rule.record.policy === policy) rule.forgive();
    }
  }

  /** A breach was told: it is quiet for the cooldown from then on, whoever told it. */
  told(address: Address, policySequence: number, rule: number, atMs: number): void {
    for (const watch of this.#agents.get(address)?.rules ?? []) {
      if (watch.record.sequence !== policySequence || watch.index !== rule) continue;
      watch.quietUntil(atMs + watch.record.document.cooldown_seconds * 1000);
    }
  }

  save(view: MeterView): Saved {
    this.#followChanges(view);
    const agents = [...this.#agents.values()].map((watch) => watch.save());
    return [agents, this.#beats.save(), this.#checkedMs, this.#restartedMs];
  }

  /** The view must have been folded as far as when it was saved. */
  restore(view: MeterView, [agents, beats, checkedMs, restartedMs]: Saved): void {
    for (const [address, rules] of agents as ReturnType<AgentWatch['save']>[]) {
      this.#watch(view, address)?.restore(rules);
    }
    this.#beats.restore(beats as ReturnType<Heartbeats['save']>);
    this.#checkedMs = checkedMs as number;
    this.#restartedMs = restartedMs as number;
  }

  #watch(view: MeterView, address: Address): AgentWatch | null {
    const policies = this.#index.policiesFor(view, address);
    const known = this.#agents.get(address);
    if (policies.all.length === 0) {
      if (known) this.#agents.delete(address);
      return null;
    }
    const watch = known ?? this.#open(address);
    const lastMs = watch.follow(policies) ? this.#beats.lastMs(address) : null;
    if (lastMs !== null) for (const { meter } of watch.rules) meter.seed?.(lastMs);
    return watch;
  }

  /** Agents that are silent already are watched too. */
  #followChanges(view: MeterView): void {
    for (const address of this.#changedAgents) this.#watch(view, address);
    this.#changedAgents.clear();
    if (this.#changedOrgs.size === 0) return;
    const prefixes = [...this.#changedOrgs].map((org) => `agent://${org}/`);
    this.#changedOrgs.clear();
    for (const address of new Set([...this.#agents.keys(), ...this.#beats.addresses()])) {
      if (prefixes.some((prefix) => address.startsWith(prefix))) this.#watch(view, address);
    }
  }

  #open(address: Address): AgentWatch {
    const [oldest] = this.#agents.keys();
    if (oldest !== undefined && this.#agents.size >= (this.options.agentsMax ?? AGENTS_MAX)) {
      this.#agents.delete(oldest);
      this.forgotten += 1;
    }
    const watch = new AgentWatch(address);
    this.#agents.set(address, watch);
    return watch;
  }

  #check(view: MeterView, { address }: AgentWatch, cliffs: Cliffs, nowMs: number): void {
    const watch = this.#watch(view, address);
    if (watch === null) return;
    for (const rule of watch.rules) {
      const found = rule.meter.check?.(nowMs) ?? NOTHING;
      if (found.length > 0) this.#due(watch, rule, found, cliffs);
    }
  }

  #due(watch: AgentWatch, rule: RuleWatch, found: readonly Finding[], cliffs: Cliffs): void {
    if (rule.condition.kind !== 'heartbeat_age') this.#tell(watch, rule, found, cliffs.nowMs);
    else this.#tellSilence(watch, rule, found, cliffs);
  }

  #tellSilence(
    watch: AgentWatch,
    rule: RuleWatch,
    found: readonly Finding[],
    cliffs: Cliffs,
  ): void {
    const limitMs = rule.condition.kind === 'heartbeat_age' ? rule.condition.is.over * 1000 : 0;
    const againMs = Math.max(this.#restartedMs, this.#beats.goneMs(watch.address) ?? 0);
    if (cliffs.nowMs < againMs + 2 * limitMs) return;
    if (cliffs.isHeld(watch.address)) return;
    const breaches = found.some((finding) => rule.isNews(finding));
    const silence = breaches ? cliffs.at(watch.address, limitMs) : null;
    if (silence === null) this.#tell(watch, rule, found, cliffs.nowMs);
    else this.options.onCliff(rule, watch.address, silence, cliffs.nowMs);
  }

  #tell(
    { address }: AgentWatch,
    watch: RuleWatch,
    found: readonly Finding[] | undefined,
    storedAtMs: number,
  ): void {
    for (const finding of found ?? NOTHING) {
      const what = watch.judge(finding);
      if (what === null) continue;
      this.options.onFiring(firingOf(what, finding, { watch, address, storedAtMs }));
    }
  }
}
