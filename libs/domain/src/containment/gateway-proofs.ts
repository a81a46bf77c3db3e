import { clocksAgree, type ClockReading, elapsedMs } from './clock-reading.js';
import { ADMIT_WITHIN_MS, ECHO_HORIZON_MS, LEASE_MS } from './constants.js';
import { invariant } from './invariant.js';
import type { LogMark } from './log-entry.js';
import type { Renewal, RenewalAnswer } from './messages.js';

interface SentRenewal {
  readonly nonce: string;
  /** The gateway's own send time: time runs from here, never from a receipt. */
  readonly t0: ClockReading;
  /** The last event that it named: what an answer carries comes right after it. */
  readonly last: LogMark;
  readonly answers: Map<string, { readonly membership: string; readonly fresh: boolean }>;
}

const membershipOf = ({ membershipSequence, members }: RenewalAnswer): string =>
  `${membershipSequence}:${members.join(',')}`;

/** When the state of a gateway was surely the newest, and who proved it. */
export class GatewayProofs {
  #sent: SentRenewal[] = [];
  #freshAsOf: { readonly monoMs: number; readonly t0: ClockReading } | null = null;

  sent({ nonce, last }: Pick<Renewal, 'nonce' | 'last'>, now: ClockReading): void {
    this.#sent = this.#sent.filter(({ t0 }) => elapsedMs(t0, now) <= LEASE_MS);
    this.#sent.push({ nonce, t0: now, last, answers: new Map() });
  }

  /** What the renewal of this nonce named; an answer to another nonce is dropped: it may be old, or a replay. */
  askedAfter(nonce: string): LogMark | null {
    return this.#sent.find((renewal) => renewal.nonce === nonce)?.last ?? null;
  }

  /** All that the answer carries is applied, and nothing was left out. */
  proven(answer: RenewalAnswer, now: ClockReading): void {
    const renewal = this.#sent.find(({ nonce }) => nonce === answer.nonce);
    if (renewal === undefined || !clocksAgree(renewal.t0, now)) return;
    const { t0, answers } = renewal;
    // Log proof: this one node has read everything that was committed before its echo was sent.
    if (answer.logAgeMs !== null) this.#extend(t0.monoMs - answer.logAgeMs, t0, now);
    const membership = membershipOf(answer);
    const fresh = answer.echoAgeMs !== null && answer.echoAgeMs <= ECHO_HORIZON_MS;
    answers.set(answer.node, { membership, fresh });
    // All-members proof: no order can be at a node that did not answer. The membership is the nodes' own word.
    const all = answer.members.every((member) => {
      const said = answers.get(member);
      return said !== undefined && said.fresh && said.membership === membership;
    });
    if (all && answer.members.length > 0) this.#extend(t0.monoMs, t0, now);
  }

  /** Whether a request may be admitted at this moment. Dropping the lease when the clocks disagree is for good. */
  admits(now: ClockReading): boolean {
    if (this.#freshAsOf === null) return false;
    if (!clocksAgree(this.#freshAsOf.t0, now)) {
      this.drop();
      return false;
    }
    return now.monoMs - this.#freshAsOf.monoMs <= ADMIT_WITHIN_MS;
  }

  /** How old the freshest proof is; `null`: there is none. */
  ageMs(now: ClockReading): number | null {
    return this.#freshAsOf === null ? null : now.monoMs - this.#freshAsOf.monoMs;
  }

  /** Ends the lease; answers under way prove nothing any more. */
  drop(): void {
    this.#freshAsOf = null;
    this.#sent = [];
  }

  #extend(monoMs: number, t0: ClockReading, now: ClockReading): void {
    invariant(monoMs <= t0.monoMs && t0.monoMs <= now.monoMs, 'a proof is never from the future');
    if (this.#freshAsOf === null || monoMs > this.#freshAsOf.monoMs)
      this.#freshAsOf = { monoMs, t0 };
  }
}
