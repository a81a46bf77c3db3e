import type { LogEntry } from './log-entry.js';

/** An event as a consumer of the log hands it over. */
export interface Delivery {
  /** Which consumer: every subscription has another. */
  readonly consumer: string;
  /** Counts what this consumer delivered, from 1, without holes. */
  readonly consumerSequence: number;
  readonly entry: LogEntry;
  /** How many more the consumer knew of: `0` at the end of the log, as far as its server could tell. */
  readonly pending: number;
}

/** `next`: take it; `repeated`: had before; `gap`: something is missing, subscribe anew; `stray`: an old consumer's. */
export type Arrival = 'next' | 'repeated' | 'gap' | 'stray';

/**
 * Reads the log in order and without gaps. Sequences of the stream have holes (echoes are forgotten), so gaps show in the
 * consumer's own sequence alone; a server that lost a consumer makes it anew in silence, and it counts from 1 again.
 *
 * A subscription overlaps by one: it begins with the last lasting event that was applied, so that a consumer that was made
 * anew before it delivered anything, and begins somewhere else, shows as well.
 */
export class LogCursor {
  #consumer: string | null = null;
  #expected = 1;
  #position = 0;
  #lastLasting = 1;
  #first = 1;

  get position(): number {
    return this.#position;
  }

  /** Where the next subscription has to begin. */
  get overlapFrom(): number {
    return this.#lastLasting;
  }

  /** Begins with a new consumer, which was asked to start at `from`. */
  subscribed(consumer: string, from: number): void {
    this.#consumer = consumer;
    this.#expected = 1;
    this.#first = from;
  }

  arrive({ consumer, consumerSequence, entry }: Delivery): Arrival {
    if (consumer !== this.#consumer) return 'stray';
    const isOverlap = consumerSequence !== 1 || entry.sequence === this.#first;
    if (consumerSequence < this.#expected && entry.sequence <= this.#position) return 'repeated';
    if (consumerSequence !== this.#expected || !isOverlap) {
      this.#consumer = null;
      return 'gap';
    }
    this.#expected += 1;
    return entry.sequence <= this.#position ? 'repeated' : 'next';
  }

  /** Everything up to here is applied, whichever way it came. */
  advance(sequence: number): void {
    if (sequence > this.#position) this.#position = sequence;
  }

  /** This event is applied and the log keeps it for ever. */
  applied({ sequence, fact }: LogEntry): void {
    this.advance(sequence);
    if (fact.kind !== 'echo' && sequence > this.#lastLasting) this.#lastLasting = sequence;
  }
}
