import { isLasting, type LogEntry, type LogMark, markOf } from './log-entry.js';
import { LogMarks } from './log-marks.js';

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

/**
 * `next`: take it; `repeated`: had before, or nothing that counts before the log begins; `gap`: something is missing, subscribe anew; `stray`: an old consumer's;
 * `foreign`: where another event was read before, so this is not the log that was read.
 */
export type Arrival = 'next' | 'repeated' | 'gap' | 'stray' | 'foreign';

/** Begun so often somewhere else than asked: what was applied last may be there no more, so the next begins at the start. */
const MISSED_MAX = 2;

/**
 * Reads the log in order and without gaps. Sequences of the stream have holes (echoes are forgotten), so gaps show in the
 * consumer's own sequence alone; a server that lost a consumer makes it anew in silence, and it counts from 1 again.
 *
 * A subscription overlaps by one: it begins with the last lasting event that was applied, so that a consumer that was made
 * anew before it delivered anything, and begins somewhere else, shows as well (the first begins with the first event of
 * the log); and so does a log that was rolled back and
 * has grown past that event since.
 */
export class LogCursor {
  readonly #marks = new LogMarks();
  #consumer: string | null = null;
  #expected = 1;
  #position = 0;
  #first = 1;
  #isAwaited = true;
  /** Whether this consumer has shown the last lasting event that was applied; from there on it is the log that was read. */
  #showsLast = false;
  #missed = 0;

  get position(): number {
    return this.#position;
  }

  /** The last lasting event that was applied. */
  get last(): LogMark {
    return this.#marks.last;
  }

  /** Where the next subscription has to begin. */
  get overlapFrom(): number {
    return this.isUnlucky ? 1 : Math.max(1, this.last.sequence);
  }

  /** Whether the next subscription may wait a little: the last ones showed nothing that could be used. */
  get isUnlucky(): boolean {
    return this.#missed >= MISSED_MAX;
  }

  /** Begins with a new consumer, which was asked to start at `from`. */
  subscribed(consumer: string, from: number): void {
    this.#consumer = consumer;
    this.#expected = 1;
    this.#first = from;
    this.#isAwaited = true;
    this.#showsLast = this.last.sequence === 0;
  }

  arrive({ consumer, consumerSequence, entry }: Delivery): Arrival {
    if (consumer !== this.#consumer) return 'stray';
    if (this.#standsInPlace(entry)) return 'foreign';
    if (consumerSequence < this.#expected && this.#isRead(entry)) return 'repeated';
    if (!this.#isInOrder(consumerSequence, entry)) {
      this.#consumer = null;
      return 'gap';
    }
    this.#expected += 1;
    return this.#take(entry);
  }

  /** Whether somebody who read the event of this mark reads the same log; `unknown`: it lies ahead, or long ago. */
  compare(mark: LogMark): 'same' | 'other' | 'unknown' {
    return mark.sequence > this.#position ? 'unknown' : this.#marks.compare(mark);
  }

  /** Everything up to here is applied, whichever way it came. */
  advance(sequence: number): void {
    if (sequence > this.#position) this.#position = sequence;
  }

  /** This event is applied. */
  applied(entry: LogEntry): void {
    if (entry.sequence <= this.#position) return;
    this.advance(entry.sequence);
    if (isLasting(entry)) this.#marks.add(entry);
  }

  #isRead({ sequence }: LogEntry): boolean {
    return sequence <= this.#position;
  }

  // Of another event that was read, or where none was that lasts.
  #standsInPlace(entry: LogEntry): boolean {
    if (!isLasting(entry)) return this.#marks.holds(entry.sequence);
    return this.compare(markOf(entry)) === 'other';
  }

  // What comes after the place where the last event should have been, without it, is another log.
  #take(entry: LogEntry): Arrival {
    if (this.#isAwaited) return 'repeated';
    if (entry.sequence === this.last.sequence) this.#showsLast = true;
    if (!this.#showsLast && entry.sequence > this.last.sequence) return 'foreign';
    return this.#isRead(entry) ? 'repeated' : 'next';
  }

  #isInOrder(consumerSequence: number, entry: LogEntry): boolean {
    return consumerSequence === this.#expected && !this.#beginsElsewhere(entry);
  }

  #beginsElsewhere(entry: LogEntry): boolean {
    if (!this.#isAwaited) return false;
    // Echoes may lie before the first event of a stream that was emptied and begun again.
    if (this.#first === 1 && !isLasting(entry)) return false;
    const isFirst = this.#first === 1 && entry.fact.kind === 'log-started';
    this.#isAwaited = !isFirst && entry.sequence !== this.#first;
    this.#missed = this.#isAwaited ? this.#missed + 1 : 0;
    return this.#isAwaited;
  }
}
