import type { AppendAnswer } from './log-entry.js';

/** So many joins in a row may be refused for an event that was not read: then it is not only late. */
const REFUSED_MAX = 2;

/** `rolled-back`: the log has lost what was read; `not-read`: it may hold something that never came here. */
export type JoinVerdict = 'rolled-back' | 'not-read' | 'nothing';

/** A gateway's joins on their way into the log, and what the answers to their appends tell about it. */
export class JoinAppends {
  readonly #sentAtPosition = new Map<string, number>();
  #refusedAt = 0;
  #refused = 0;

  sent(ref: string, position: number): void {
    this.#sentAtPosition.set(ref, position);
  }

  /** Every append is answered once. Of one that was sent before the log was read anew nothing is told. */
  answered(ref: string, answer: AppendAnswer, pinnedSequence: number): JoinVerdict {
    const position = this.#sentAtPosition.get(ref);
    if (position === undefined) return 'nothing';
    this.#sentAtPosition.delete(ref);
    if (answer.outcome === 'exists') return this.#wasRefused(position);
    const highest = Math.max(pinnedSequence, position);
    const isBelow = answer.outcome === 'stored' && answer.sequence <= highest;
    return isBelow ? 'rolled-back' : 'nothing';
  }

  // The subject has another last event than was read. It may be under way; or in a log where nothing is awaited any more.
  #wasRefused(position: number): JoinVerdict {
    this.#refused = position === this.#refusedAt ? this.#refused + 1 : 1;
    this.#refusedAt = position;
    if (this.#refused < REFUSED_MAX) return 'nothing';
    this.#refused = 0;
    return 'not-read';
  }
}
