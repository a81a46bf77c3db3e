import type { ClockReading } from './clock-reading.js';
import { Echoes } from './echoes.js';
import type { AppendAnswer, AppendOutput } from './log-entry.js';

/** So many echoes are remembered for the answers to their appends. */
const UNANSWERED_MAX = 1_000;

const subjectOf = (node: string): string => `echo.${node}`;

/** A node's echoes on their way into the log, and what the answers to their appends tell about it. */
export class EchoAppends {
  readonly #sentAtPosition = new Map<string, number>();

  constructor(
    private readonly of: { readonly node: string; readonly process: string },
    readonly echoes = new Echoes(),
  ) {}

  /** The echo that is due, or `null`. @param position consumed by now. */
  due(position: number, now: ClockReading): AppendOutput | null {
    if (!this.echoes.isDue(now)) return null;
    const count = this.echoes.send(now);
    const ref = `echo:${count}`;
    this.#sentAtPosition.set(ref, position);
    if (this.#sentAtPosition.size > UNANSWERED_MAX) {
      const [oldest] = this.#sentAtPosition.keys();
      this.#sentAtPosition.delete(oldest as string);
    }
    const { node, process } = this.of;
    const fact = { kind: 'echo', node, process, count } as const;
    return { kind: 'append', ref, subject: subjectOf(node), expect: null, fact };
  }

  /** What was consumed before an append was sent lies below it in the same log: whether this answer says otherwise. */
  disproves(ref: string, answer: AppendAnswer): boolean {
    const before = this.#sentAtPosition.get(ref);
    this.#sentAtPosition.delete(ref);
    return answer.outcome === 'stored' && before !== undefined && answer.sequence <= before;
  }

  /** For a log that is read again from its first event: counts go on, for old echoes may still be in it. */
  startedOver(): EchoAppends {
    return new EchoAppends(this.of, this.echoes.startedOver());
  }
}
