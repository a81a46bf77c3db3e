import type { LedgerBalance } from '#contracts';
import { type Holder, keyOf } from './ledger-book.js';

export interface Saying extends Holder {
  readonly n: number;
  /** What was said with a lower `n`, and was not heard by now, is void. */
  readonly floor: number;
}

interface Heard extends Holder {
  floor: number;
  readonly seen: Set<number>;
}

/** So many sayings of one run of a gateway may be under way at once; beyond, the lowest are void. */
const SEEN_MAX = 2048;

/** Which sayings of each gateway count: each once, and none that was given up. */
export class Sayings {
  readonly #heard = new Map<string, Heard>();

  static from(state: LedgerBalance['sayings']): Sayings {
    const sayings = new Sayings();
    for (const { gateway, boot, floor, seen } of state)
      sayings.#heard.set(keyOf({ gateway, boot }), { gateway, boot, floor, seen: new Set(seen) });
    return sayings;
  }

  /** `false`: it was heard before, or given up. */
  hear({ gateway, boot, n, floor }: Saying): boolean {
    const key = keyOf({ gateway, boot });
    const heard = this.#heard.get(key) ?? { gateway, boot, floor: 1, seen: new Set<number>() };
    if (n < heard.floor || heard.seen.has(n)) return false;
    this.#heard.set(key, heard);
    heard.seen.add(n);
    raise(heard, Math.min(floor, n));
    if (heard.seen.size > SEEN_MAX) raise(heard, Math.min(...heard.seen) + 1);
    return true;
  }

  /** What it said with a lower `n`, and was not heard by now, never will be. */
  floorOf(holder: Holder): number {
    return this.#heard.get(keyOf(holder))?.floor ?? 1;
  }

  /** Forgets all but these. */
  keep(holders: Iterable<Holder>): void {
    const kept = new Set([...holders].map(keyOf));
    for (const key of [...this.#heard.keys()]) if (!kept.has(key)) this.#heard.delete(key);
  }

  strike(): LedgerBalance['sayings'] {
    return [...this.#heard.values()].map(({ gateway, boot, floor, seen }) => ({
      ...({ gateway, boot } as Pick<LedgerBalance['sayings'][number], 'gateway' | 'boot'>),
      ...{ floor, seen: [...seen].toSorted((a, b) => a - b) },
    }));
  }
}

const raise = (heard: Heard, floor: number): void => {
  if (floor <= heard.floor) return;
  heard.floor = floor;
  for (const n of heard.seen) if (n < floor) heard.seen.delete(n);
};
