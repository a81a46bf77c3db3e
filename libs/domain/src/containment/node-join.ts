import { type ClockReading, elapsedMs } from './clock-reading.js';
import { RETRY_AFTER_MS } from './constants.js';
import { nodeSubject } from './log-entry.js';
import type { Membership } from './membership.js';
import type { JoinWord, Signing } from './messages.js';
import type { NodeOutput } from './node-messages.js';
import type { NodeReading } from './node-reading.js';

export interface NodeJoinOf {
  readonly node: string;
  readonly process: string;
  readonly signing: Signing;
  readonly emit: (output: NodeOutput) => void;
}

/** What a node says and appends to become a member, and to become ready. */
export class NodeJoin {
  #triedAt: ClockReading | null = null;

  constructor(private readonly of: NodeJoinOf) {}

  /** Appends the join, unless one was tried just now. */
  tryNow(membership: Membership, now: ClockReading): void {
    if (this.#triedAt !== null && elapsedMs(this.#triedAt, now) < RETRY_AFTER_MS) return;
    this.#triedAt = now;
    const { node, process } = this.of;
    const fact = { kind: 'node-joined', node, join: process } as const;
    const expect = membership.lastOn(node);
    this.of.emit({ kind: 'append', ref: 'join', subject: nodeSubject(node), expect, fact });
  }

  askAcknowledgements({ readiness, membership }: NodeReading, now: ClockReading): void {
    const joinSequence = readiness.joinSequence ?? 0;
    for (const to of readiness.check(membership, now)) {
      this.#say('ask-join', { from: this.of.node, to, joinSequence });
    }
  }

  acknowledge(to: string, joinSequence: number): void {
    this.#say('acknowledge-join', { from: this.of.node, to, joinSequence });
  }

  #say(kind: 'ask-join' | 'acknowledge-join', word: JoinWord): void {
    const as = kind === 'ask-join' ? 'join-asked' : 'join-acknowledged';
    const signature = this.of.signing.sign({ kind: as, value: word });
    this.of.emit({ kind, word, signature });
  }
}
