import type { StopMode } from '#contracts';
import type { AppendOutput, GatewayJoinedFact, LogEntry } from './log-entry.js';
import { gatewaySubject } from './log-entry.js';

/**
 * `reading` the log; `joining`: the append is under way; `member`: it has read its own join. Closed for good:
 * `superseded` by another process of its name, and `left`; `rolled-back`: closed until two operators have confirmed a restore.
 */
export type GatewayPhase = 'reading' | 'joining' | 'member' | 'superseded' | 'left' | 'rolled-back';

/**
 * A gateway's own membership. A member is a pair (id, boot); boots are ordered. It is a member when it reads its own
 * join: an acknowledged append says only that others will read it.
 */
export class GatewayMembership {
  phase: GatewayPhase = 'reading';
  #boot = 0;
  #highestBoot = 0;
  #subjectSequence = 0;
  #join: GatewayJoinedFact | null = null;
  #tries = 0;

  constructor(
    private readonly gateway: string,
    private readonly joinNonce: string,
    private readonly modes: readonly StopMode[],
  ) {}

  get boot(): number {
    return this.#boot;
  }

  /** For a log that is read again from its first event. Boots go on, so that nothing said by an earlier one counts. */
  startedOver(): GatewayMembership {
    const { gateway, joinNonce, modes } = this;
    const next = new GatewayMembership(gateway, joinNonce, modes);
    next.#highestBoot = this.#highestBoot;
    next.#tries = this.#tries;
    return next;
  }

  /** `lost`: whatever lease there was is over. */
  read({ sequence, fact }: LogEntry): 'lost' | 'joined' | 'nothing' {
    if (!('gateway' in fact) || fact.gateway !== this.gateway) return 'nothing';
    this.#subjectSequence = sequence;
    if (fact.kind === 'gateway-joined') return this.#joined(fact);
    return fact.boot === this.#boot ? this.#lose('joining') : 'nothing';
  }

  /** The next boot of this gateway, decided from all that was read. */
  joinAppend(): AppendOutput {
    const boot = this.#highestBoot + 1;
    this.#tries += 1;
    this.#join = {
      kind: 'gateway-joined',
      gateway: this.gateway,
      boot,
      join: `${this.joinNonce}.${boot}`,
      modes: this.modes,
    };
    const subject = gatewaySubject(this.gateway);
    return {
      kind: 'append',
      ref: `join:${this.#tries}`,
      subject,
      expect: this.#subjectSequence,
      fact: this.#join,
    };
  }

  #joined(fact: GatewayJoinedFact): 'lost' | 'joined' | 'nothing' {
    if (fact.boot <= this.#highestBoot) return 'nothing';
    this.#highestBoot = fact.boot;
    if (fact.join === this.#join?.join) {
      this.#boot = fact.boot;
      this.phase = 'member';
      return 'joined';
    }
    return this.#lose('superseded');
  }

  /** It has stopped serving: `null` where nobody counts on it. */
  leaveAppend(): AppendOutput | null {
    const wasMember = this.phase === 'member';
    this.phase = 'left';
    if (!wasMember) return null;
    const fact = { kind: 'gateway-left', gateway: this.gateway, boot: this.#boot } as const;
    const subject = gatewaySubject(this.gateway);
    return { kind: 'append', ref: 'leave', subject, expect: this.#subjectSequence, fact };
  }

  // Removed, it may come back with a new boot; two processes of one name would take it from each other for ever.
  #lose(then: 'joining' | 'superseded'): 'lost' | 'nothing' {
    if (this.phase !== 'member') return 'nothing';
    this.phase = then;
    return 'lost';
  }
}
