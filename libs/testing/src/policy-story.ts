import {
  type ActivityEvent,
  type ActivityFact,
  type Address,
  type BreachId,
  type BreachRequest,
  type ControlFact,
  type DecisionCount,
  type GatewayId,
  type OrgName,
  PolicyDocument,
  type RegionName,
  type SessionEvent,
  type SessionFact,
  Signal,
  signalPlaceOf,
  StopMode,
  type Timestamp,
  type Usage,
} from '#contracts';
import { type PolicyEffect, PolicyEvaluation } from '#domain';
import { HISTORY_BEGINS_MS, orderIdOf, recorded } from './control-history.js';
import { wordsOf } from './policy-words.js';

const region = 'us' as RegionName;

/** The same text, the same id: enough of a hash for stories. */
const idOf = (text: string): string => {
  let hash = 7n;
  for (const letter of text) hash = (hash * 131n + BigInt(letter.charCodeAt(0))) % 2n ** 95n;
  return hash.toString(32).padStart(20, '0').slice(-20);
};
const base32 = (text: string): string =>
  idOf(text).replace(/[0189]/g, (digit) => ({ 0: 'w', 1: 'x', 8: 'y', 9: 'z' })[digit] ?? 'a');

export const storyIds = {
  breachId: (text: string) => `breach_${base32(text)}` as BreachId,
  eventId: (text: string) => `00000000-0000-8000-8000-${idOf(text).slice(0, 12)}`,
};

type Entry =
  | { readonly log: 'control'; readonly fact: ControlFact }
  | { readonly log: 'activity'; readonly event: ActivityEvent }
  | { readonly log: 'session'; readonly event: SessionEvent }
  | { readonly log: 'signal'; readonly subject: string; readonly signal: Signal }
  | { readonly log: 'tick' };

/** A history of all logs, merged by time, that is folded as it is told, and can be told again to another evaluation. */
export class PolicyStory {
  nowMs = HISTORY_BEGINS_MS;
  evaluation: PolicyEvaluation;
  readonly entries: (Entry & { atMs: number; sequence: number })[] = [];
  #sequence = 0;
  #gateway = 'us-1' as GatewayId;

  constructor(private readonly isOwn: (address: Address) => boolean = () => true) {
    this.evaluation = new PolicyEvaluation({ isOwn, ids: storyIds });
  }

  after(ms: number): this {
    this.nowMs += ms;
    return this;
  }

  /** Which gateway agents go through from now on. */
  through(gateway: string): this {
    this.#gateway = gateway as GatewayId;
    return this;
  }

  control(fact: ControlFact): number {
    return this.#tell({ log: 'control', fact });
  }

  /** @returns the version of the policy */
  policy(document: { name: string; [field: string]: unknown }, org = 'acme'): number {
    const parsed = PolicyDocument.parse({ mode: 'enforce', target: { org }, ...document });
    const data = { org: org as OrgName, policy: parsed.name, document: parsed };
    return this.control({ type: 'PolicySet', data });
  }

  decided(address: string, ...decisions: Partial<DecisionCount>[]): this {
    const time = new Date(this.nowMs).toISOString();
    const gateway = this.#gateway;
    this.#activity({
      type: 'DecisionsCounted',
      data: {
        ...{ address: address as Address, region, gateway, from: time, to: time },
        decisions: decisions.map((decision) => ({
          ...{ act: 'intent.send' as const, refusedBy: null, orderId: null, subject: null },
          ...{ count: 1, ...decision },
        })),
      },
    });
    return this;
  }

  sent(address: string, count = 1): this {
    return this.decided(address, { count });
  }

  beat(address: string, usage: Partial<Usage> | null = null): this {
    const none = { intentsTotal: 0, intentsSucceeded: 0, intentsFailed: 0, costMicroUsd: 0 };
    const gateway = this.#gateway;
    const rest = { tokensIn: 0, tokensOut: 0, avgLatencyMs: null };
    this.#activity({
      type: 'HeartbeatReceived',
      data: {
        ...{ address: address as Address, region, gateway, instance: null, answered: 'healthy' },
        usage: usage && { ...none, ...rest, ...usage },
      },
    });
    return this;
  }

  session(fact: SessionFact): this {
    this.#tell({ log: 'session', event: this.#recorded(fact) });
    return this;
  }

  signal(subject: string, signal: object): this {
    this.#tell({ log: 'signal', subject, signal: Signal.parse(signal) });
    return this;
  }

  /** Time passes, and nothing else happens. */
  tick(): this {
    this.#tell({ log: 'tick' });
    return this;
  }

  /** What is to be done, as the shell would see it; each is taken as done by the settling of it. */
  take(): PolicyEffect[] {
    const effects = [...this.evaluation.pending.all()];
    for (const { id } of effects) this.evaluation.pending.settle(id);
    return effects;
  }

  /** `policy#rule action agent` for each request, `Type policy#rule agent` for each fact. */
  takeWords(): string[] {
    return this.take().map(wordsOf);
  }

  /** The command API carried a breach out: it is told, and the agent stopped. */
  carryOut(effect: PolicyEffect): void {
    if (effect.kind !== 'breach') return;
    const { breachId, org, policy, policySequence, rule, address, evidence } = effect.request;
    const mode = modeOf(effect.request);
    const orderId = mode && orderIdOf(breachId);
    const outcome = effect.request.brake !== null ? 'braked' : mode === null ? 'alert' : 'stop';
    const data = { breachId, org, policy, policySequence, rule, address, evidence };
    this.control({ type: 'PolicyBreached', data: { ...data, outcome, mode, orderId } });
    if (orderId === null || mode === null) return;
    const terms = { reason: null, expiresAt: null, drainUntil: null };
    const selector = { agent: address };
    this.control({ type: 'StopOrdered', data: { orderId, mode, selector, ...terms } });
  }

  /** Carries out everything that is pending. */
  carryOutAll(): PolicyEffect[] {
    const effects = this.take();
    for (const effect of effects) this.carryOut(effect);
    return effects;
  }

  /** Another evaluation reads a part of this history. */
  replay(evaluation: PolicyEvaluation, from = 0, to = this.entries.length): void {
    for (const entry of this.entries.slice(from, to)) apply(evaluation, entry);
  }

  /** What a restart does: another evaluation goes on from what was saved after so many entries. */
  restarted(saved: string, after: number): PolicyEvaluation {
    const evaluation = new PolicyEvaluation({ isOwn: this.isOwn, ids: storyIds });
    for (const entry of this.entries.slice(0, after)) {
      if (entry.log !== 'control') continue;
      const event = recorded(entry.fact, entry.sequence);
      const at = { sequence: entry.sequence, storedAtMs: entry.atMs };
      evaluation.controlAgain({ ...at, decoded: { known: true, event } });
    }
    evaluation.restore(JSON.parse(saved) as unknown[]);
    return evaluation;
  }

  #activity(fact: ActivityFact): void {
    this.#tell({ log: 'activity', event: this.#recorded(fact) });
  }

  #tell(entry: Entry): number {
    this.#sequence += 1;
    const told = { ...entry, atMs: this.nowMs, sequence: this.#sequence };
    this.entries.push(told);
    apply(this.evaluation, told);
    return this.#sequence;
  }

  #recorded<F extends object>(fact: F) {
    const { id, version, org, workspace, actor, correlation_id, causation_id, signature } =
      recorded({ type: 'LogStarted', data: { incarnation: 'story' } }, this.#sequence + 1);
    const at: Timestamp = new Date(this.nowMs).toISOString();
    const envelope = { id, version, at, org, workspace, actor };
    return { ...fact, ...envelope, correlation_id, causation_id, signature };
  }
}

const apply = (
  evaluation: PolicyEvaluation,
  entry: Entry & { atMs: number; sequence: number },
): void => {
  const at = { sequence: entry.sequence, storedAtMs: entry.atMs };
  switch (entry.log) {
    case 'control': {
      const event = recorded(entry.fact, entry.sequence);
      return evaluation.control({ ...at, decoded: { known: true, event } });
    }
    case 'activity':
      return evaluation.activity({ ...at, decoded: { known: true, event: entry.event } });
    case 'session':
      return evaluation.session({ ...at, decoded: { known: true, event: entry.event } });
    case 'signal': {
      const place = signalPlaceOf(entry.subject);
      return place === null ? undefined : evaluation.signal(place, entry.signal, at);
    }
    case 'tick':
      return evaluation.tick(entry.atMs);
  }
};

const modeOf = ({ brake, action }: Pick<BreachRequest, 'brake' | 'action'>): StopMode | null => {
  const mode = StopMode.safeParse(action);
  return brake === null && mode.success ? mode.data : null;
};
