import type { Address, DecisionCount } from '#contracts';
import type { Decision } from '../gate/decisions.js';

/** Distinct decisions of one agent in one window; beyond, the subject is left out. */
const KINDS_MAX = 200;

type Counted = { -readonly [K in keyof DecisionCount]: DecisionCount[K] };

/** Counts equal decisions of each agent until they are taken: a flood becomes one line. */
export class DecisionCounts {
  private byAgent = new Map<Address, Map<string, Counted>>();

  add(decision: Decision): void {
    const { address } = decision;
    // What is asked about a queue is told of its sender's side; a queue is nobody's account.
    if (address.startsWith('queue://')) return;
    const kinds = this.kindsOf(address as Address);
    const subject = kinds.size < KINDS_MAX ? decision.subject : null;
    const key = `${decision.act} ${decision.refusedBy} ${decision.orderId} ${subject}`;
    const known = kinds.get(key);
    if (known) known.count += 1;
    else kinds.set(key, countOf(decision, subject));
  }

  /** Everything counted since the last time, by agent. */
  take(): Map<Address, DecisionCount[]> {
    const taken = this.byAgent;
    this.byAgent = new Map();
    return new Map([...taken].map(([address, kinds]) => [address, [...kinds.values()]]));
  }

  private kindsOf(address: Address): Map<string, Counted> {
    const known = this.byAgent.get(address);
    if (known) return known;
    const kinds = new Map<string, Counted>();
    this.byAgent.set(address, kinds);
    return kinds;
  }
}

const countOf = (decision: Decision, subject: string | null): Counted => ({
  act: decision.act,
  refusedBy: decision.refusedBy,
  orderId: decision.orderId as DecisionCount['orderId'],
  subject: subject?.slice(0, 200) ?? null,
  count: 1,
});
