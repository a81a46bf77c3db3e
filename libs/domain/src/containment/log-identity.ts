import type { LogFact } from './log-entry.js';

/** What two operators have said of the log. */
export type LogRestoredWord = Pick<Extract<LogFact, { kind: 'log-restored' }>, 'old' | 'new'>;

/** Which log is being read, by its own words, and whether it is the one that the reader's disk belongs to. */
export class LogIdentity {
  #current: string | null = null;
  #mine: string | null;
  #wasRestored = false;
  #restore: LogRestoredWord | null = null;
  readonly #passed: Set<string>;

  /**
   * @param mine the incarnation on the reader's disk; `null`: it belongs to none yet.
   * @param before what that was restored from, where this reader saw it: so the log is called before the words of its restores.
   * @param isRestoreAwaited a node said that the log goes on for another: until that is read, no reading of it is whole.
   */
  constructor(
    mine: string | null,
    private readonly before: ReadonlySet<string> = new Set(),
    private readonly isRestoreAwaited = false,
  ) {
    this.#mine = mine;
    this.#passed = new Set(before);
  }

  /** For the next reading of the same log. */
  startedOver(isRestoreAwaited = false): LogIdentity {
    return new LogIdentity(this.#mine, this.#passed, isRestoreAwaited);
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
    if (this.#mine === null || this.#current === null) return false;
    return this.#mine !== this.#current && !this.isShort;
  }

  /** No beginning was read, or not all that this reader has read of it before: no roll-back, but not ready. */
  get isShort(): boolean {
    if (this.#current === null) return true;
    if (this.isRestoreAwaited && this.#current === this.#mine && !this.#wasRestored) return true;
    return this.before.has(this.#current) && this.#current !== this.#mine;
  }

  /** Two operators have said that this log goes on for the one that the reader belonged to. */
  get wasRestored(): boolean {
    return this.#wasRestored;
  }

  /** The last word of two operators that this log holds about itself; `null`: none. */
  get restore(): LogRestoredWord | null {
    return this.#restore;
  }

  /** Returns whether the reader belongs to another incarnation since. */
  read(fact: LogFact): boolean {
    if (fact.kind === 'log-started') this.#current = fact.incarnation;
    if (fact.kind !== 'log-restored') return false;
    // A stream made anew has begun under its new name; one that was rolled back still carries the old one.
    const concernsThis = fact.old === this.#current || fact.new === this.#current;
    if (!concernsThis) return false;
    this.#current = fact.new;
    this.#restore = { old: fact.old, new: fact.new };
    if (fact.old !== this.#mine) return false;
    this.#passed.add(this.#mine);
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
