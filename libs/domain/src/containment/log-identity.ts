import type { LogFact } from './log-entry.js';

/** Which log is being read, by its own words, and whether it is the one that the reader's disk belongs to. */
export class LogIdentity {
  #current: string | null = null;
  #mine: string | null;
  #wasRestored = false;

  /** @param mine the incarnation on the reader's disk; `null`: it belongs to none yet. */
  constructor(mine: string | null) {
    this.#mine = mine;
  }

  /** `null` before the first event: an empty log is not one where nothing is stopped. */
  get current(): string | null {
    return this.#current;
  }

  get mine(): string | null {
    return this.#mine;
  }

  /** To be asked at the end of the log only: a restored log names its new incarnation after the old one. */
  get isForeign(): boolean {
    return this.#mine !== null && this.#current !== null && this.#mine !== this.#current;
  }

  /** Two operators have said that this log goes on for the one that the reader belonged to. */
  get wasRestored(): boolean {
    return this.#wasRestored;
  }

  /** Returns whether the reader belongs to another incarnation since. */
  read(fact: LogFact): boolean {
    if (fact.kind === 'log-started') this.#current = fact.incarnation;
    if (fact.kind !== 'log-restored') return false;
    // A stream made anew has begun under its new name; one that was rolled back still carries the old one.
    const concernsThis = fact.old === this.#current || fact.new === this.#current;
    if (!concernsThis) return false;
    this.#current = fact.new;
    if (fact.old !== this.#mine) return false;
    this.#mine = fact.new;
    this.#wasRestored = true;
    return true;
  }

  /** The log is read to its end; returns whether it is the first that this reader belongs to. */
  adopt(): boolean {
    if (this.#mine !== null) return false;
    this.#mine = this.#current;
    return true;
  }
}
