import type { LogEntry } from '#domain';
import type { Clock } from '#platform';

type EchoFact = Extract<LogEntry['fact'], { kind: 'echo' }>;

/** An echo that did not return within so many others proves nothing any more. */
const SENT_MAX = 1_000;

/** When the echoes of the control nodes were sent and read, for people to look at: nothing is decided from it. */
export class EchoWatch {
  readonly #readAt = new Map<string, number>();
  readonly #sentAt = new Map<number, number>();
  #provenAtMs: number | null = null;

  constructor(
    private readonly me: string,
    private readonly process: string,
    private readonly clock: Pick<Clock, 'monotonicMs'>,
  ) {}

  sent({ count }: EchoFact): void {
    this.#sentAt.set(count, this.clock.monotonicMs());
    const [oldest] = this.#sentAt.keys();
    if (this.#sentAt.size > SENT_MAX && oldest !== undefined) this.#sentAt.delete(oldest);
  }

  read({ node, process, count }: EchoFact): void {
    this.#readAt.set(node, this.clock.monotonicMs());
    if (node !== this.me || process !== this.process) return;
    this.#provenAtMs = this.#sentAt.get(count) ?? this.#provenAtMs;
    for (const sent of this.#sentAt.keys()) if (sent <= count) this.#sentAt.delete(sent);
  }

  /** Since the send of the last own echo that returned, milliseconds; `null`: none did. */
  get logAgeMs(): number | null {
    return this.#sinceMs(this.#provenAtMs);
  }

  /** Since the last echo of this node was read, milliseconds; `null`: none was. */
  ageOf(node: string): number | null {
    return this.#sinceMs(this.#readAt.get(node) ?? null);
  }

  #sinceMs(atMs: number | null): number | null {
    return atMs === null ? null : Math.max(0, this.clock.monotonicMs() - atMs);
  }
}
