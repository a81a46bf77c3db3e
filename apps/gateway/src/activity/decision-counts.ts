import { MICRO_MAX, type Address, type DecisionCount } from '#contracts';
import type { Decision } from '../gate/decisions.js';
import type { OutgoingActs } from './recent-acts.js';

/** Distinct decisions of one agent in one window; beyond, the subject is left out. */
const KINDS_MAX = 200;

type Counted = { -readonly [K in keyof DecisionCount]: DecisionCount[K] };

/** What was decided about one agent. */
export interface AgentDecisions {
  readonly decisions: readonly DecisionCount[];
  /** What of it went out of the agent; `null`: nothing. */
  readonly out: OutgoingActs | null;
}

interface Tally {
  readonly kinds: Map<string, Counted>;
  out: OutgoingActs | null;
}

/** Counts equal decisions of each agent until they are taken: a flood becomes one line. */
export class DecisionCounts {
  private byAgent = new Map<Address, Tally>();

  add(decision: Decision, nowMs: number): void {
    const { address } = decision;
    // What is asked about a queue is told of its sender's side; a queue is nobody's account.
    if (address.startsWith('queue://')) return;
    const tally = this.tallyOf(address as Address);
    const { kinds } = tally;
    const subject = kinds.size < KINDS_MAX ? decision.subject : null;
    const known = kinds.get(keyOf(decision, subject));
    if (known) addTo(known, decision);
    else kinds.set(keyOf(decision, subject), countOf(decision, subject));
    if (decision.refusedBy === null) countOut(tally, decision, nowMs);
  }

  /** Everything counted since the last time, by agent; of these agents alone, where they are named. */
  take(only?: ReadonlySet<Address>): Map<Address, AgentDecisions> {
    const taken = new Map<Address, AgentDecisions>();
    for (const address of only ?? this.byAgent.keys()) {
      const tally = this.byAgent.get(address);
      if (tally) taken.set(address, { decisions: [...tally.kinds.values()], out: tally.out });
    }
    if (only === undefined) this.byAgent = new Map();
    else for (const address of only) this.byAgent.delete(address);
    return taken;
  }

  private tallyOf(address: Address): Tally {
    const known = this.byAgent.get(address);
    if (known) return known;
    const tally: Tally = { kinds: new Map(), out: null };
    this.byAgent.set(address, tally);
    return tally;
  }
}

const keyOf = (decision: Decision, subject: string | null): string => {
  const { act, refusedBy, orderId, isStale, rule, declared } = decision;
  const plain = `${act} ${refusedBy} ${orderId} ${subject} ${isStale ? 'stale' : ''}`;
  if (!rule && !declared?.session) return plain;
  return `${plain} ${rule ? `${rule.policy} ${rule.rule}` : ''} ${declared?.session ?? ''}`;
};

const addTo = (counted: Counted, { declared }: Decision): void => {
  counted.count += 1;
  if (!declared || declared.costMicroUsd === 0) return;
  counted.costMicroUsd = Math.min(MICRO_MAX, (counted.costMicroUsd ?? 0) + declared.costMicroUsd);
};

const countOut = (tally: Tally, { act, subject }: Decision, nowMs: number): void => {
  if (act !== 'intent.send' && act !== 'intent.answer' && act !== 'guard') return;
  const out = (tally.out ??= { count: 0, lastAtMs: 0, act, subject: null });
  out.count += 1;
  out.lastAtMs = nowMs;
  out.act = act;
  out.subject = shortened(subject);
};

const shortened = (subject: string | null): string | null => subject?.slice(0, 200) ?? null;

const countOf = (decision: Decision, subject: string | null): Counted => ({
  act: decision.act,
  refusedBy: decision.refusedBy,
  orderId: decision.orderId as DecisionCount['orderId'],
  subject: shortened(subject),
  count: 1,
  ...(decision.isStale ? { stale: true as const } : {}),
  ...(decision.rule && { policy: decision.rule.policy, rule: decision.rule.rule }),
  ...(decision.declared?.session && { session: decision.declared.session }),
  ...(decision.declared?.costMicroUsd && {
    costMicroUsd: Math.min(MICRO_MAX, decision.declared.costMicroUsd),
  }),
});
