/** What was said so long ago, and never came through the log, is given up. */
const GIVE_UP_AFTER_MS = 1500;

/** What this run of a gateway said about one budget, and has not found in the ledger yet. */
export class OwnSayings {
  #next: number;
  readonly #unheard = new Map<number, number>();

  /** @param next not used before by this run of the gateway */
  constructor(next: number) {
    this.#next = next;
  }

  /** Numbers the next saying; what was given up is below its floor. */
  next(nowMs: number): { readonly n: number; readonly floor: number } {
    const n = this.#next;
    this.#next += 1;
    this.#unheard.set(n, nowMs);
    const hoped = [...this.#unheard].find(([, sentMs]) => !isGivenUp(sentMs, nowMs));
    return { n, floor: hoped?.[0] ?? n };
  }

  /** It stands in the ledger: when it was sent; `null`: it was no secret any more. */
  heard(n: number): number | null {
    const sentMs = this.#unheard.get(n) ?? null;
    this.#unheard.delete(n);
    return sentMs;
  }

  /** Forgets, and names, what the ledger will never count. */
  voided(floor: number): readonly number[] {
    const over = [...this.#unheard.keys()].filter((n) => n < floor);
    for (const n of over) this.#unheard.delete(n);
    return over;
  }

  get isAllHeard(): boolean {
    return this.#unheard.size === 0;
  }

  /** Something was given up, and nothing under way tells the ledger so. */
  needsFloor(nowMs: number): boolean {
    const sent = [...this.#unheard.values()];
    return sent.length > 0 && sent.every((sentMs) => isGivenUp(sentMs, nowMs));
  }
}

const isGivenUp = (sentMs: number, nowMs: number): boolean => nowMs - sentMs > GIVE_UP_AFTER_MS;
