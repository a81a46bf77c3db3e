import { invariant } from '../containment/invariant.js';

interface Statement {
  readonly settled: number;
  readonly returned: number;
}

/**
 * What a gateway does with what it was granted in one period.
 *
 * Invariant: free + reserved + unstated + under way = what the ledger says that it holds, and none is below 0.
 */
export class Allotment {
  /** The version of the cap that what is free was granted under. */
  version = 0;
  /** By the log's clock: what is free may not be spent from then on. */
  untilMs = Infinity;
  #reserved = 0;
  #unstated = 0;
  #underWay = 0;
  readonly #statements = new Map<number, Statement>();

  constructor(readonly period: number) {}

  get unstated(): number {
    return this.#unstated;
  }

  free(holding: number): number {
    return Math.max(0, holding - this.#reserved - this.#unstated - this.#underWay);
  }

  reserve(amount: number): void {
    this.#reserved += amount;
  }

  /** The reservation is over: so much of it was spent. */
  settle(amount: number, spent: number): void {
    this.#reserved -= amount;
    invariant(this.#reserved >= 0, 'no more is settled than was reserved');
    this.#unstated += spent;
  }

  /** Says what was spent since the last time, and gives some back, which is nobody's until the ledger has heard it. */
  state(n: number, returned: number): Statement {
    const statement = { settled: this.#unstated, returned };
    this.#statements.set(n, statement);
    this.#underWay += this.#unstated + returned;
    this.#unstated = 0;
    return statement;
  }

  heard(n: number): void {
    this.#take(n);
  }

  /** Nobody ever hears it: what was spent is to be said again, and nothing was given back. */
  voided(n: number): void {
    this.#unstated += this.#take(n)?.settled ?? 0;
  }

  #take(n: number): Statement | undefined {
    const statement = this.#statements.get(n);
    if (statement === undefined) return undefined;
    this.#statements.delete(n);
    this.#underWay -= statement.settled + statement.returned;
    return statement;
  }
}
