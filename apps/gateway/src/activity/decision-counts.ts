import type { Address, DecisionCount } from '#contracts';
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
    const stale = decision.isStale ? 'stale' : '';
    const key = `${decision.act} ${decision.refusedBy} ${decision.orderId} ${subject} ${stale}`;
    const known = kinds.get(key);
    if (known) known.count += 1;
    else kinds.set(key, countOf(decision, subject));
    if (decision.refusedBy === null) countOut(tally, decision, nowMs);
  }

  /** Everything counted since the last time, by agent. */
  take(): Map<Address, AgentDecisions> {
    const taken = this.byAgent;
    this.byAgent = new Map();
    return new Map(
      [...taken].map(([address, { kinds, out }]) => [
        address,
        { decisions: [...kinds.values()], out },
      ]),
    );
  }

  private tallyOf(address: Address): Tally {
    const known = this.byAgent.get(address);
    if (known) return known;
    const tally: Tally = { kinds: new Map(), out: null };
    this.byAgent.set(address, tally);
    return tally;
  }
}

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
});
