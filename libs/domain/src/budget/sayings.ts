import type { LedgerBalance } from '#contracts';
import { type Holder, keyOf } from './ledger-book.js';

export interface Saying extends Holder {
  readonly n: number;
  /** What was said with a lower `n`, and was not heard by now, is void. */
  readonly floor: number;
}

interface Heard extends Holder {
  floor: number;
  /** The last period in which it said anything. */
  period: number;
  readonly seen: Set<number>;
}

/** So many sayings of one run of a gateway may be under way at once; beyond, the lowest are void. */
const SEEN_MAX = 2048;

/** Which sayings of each gateway count: each once, and none that was given up. */
export class Sayings {
  readonly #heard = new Map<string, Heard>();

  static from(state: LedgerBalance['sayings']): Sayings {
    const sayings = new Sayings();
    for (const { seen, ...heard } of state)
      sayings.#heard.set(keyOf(heard), { ...heard, seen: new Set(seen) });
    return sayings;
  }

  /** `false`: it was heard before, or given up. */
  hear({ gateway, boot, n, floor }: Saying, period: number): boolean {
    const key = keyOf({ gateway, boot });
    const heard = this.#heard.get(key) ?? this.#begin({ gateway, boot });
    if (n < heard.floor || heard.seen.has(n)) return false;
    heard.period = period;
    heard.seen.add(n);
    raise(heard, Math.min(floor, n));
    if (heard.seen.size > SEEN_MAX) raise(heard, Math.min(...heard.seen) + 1);
    return true;
  }

  /** What it said with a lower `n`, and was not heard by now, never will be. */
  floorOf(holder: Holder): number {
    return this.#heard.get(keyOf(holder))?.floor ?? 1;
  }

  nextOf(holder: Holder): number {
    return Math.max(0, ...(this.#heard.get(keyOf(holder))?.seen ?? [])) + 1;
  }

  /** Forgets who has said nothing since. */
  forget(beforePeriod: number): void {
    for (const [key, { period }] of this.#heard) if (period < beforePeriod) this.#heard.delete(key);
  }

  strike(): LedgerBalance['sayings'] {
    return [...this.#heard.values()].map(({ gateway, boot, floor, period, seen }) => ({
      ...({ gateway, boot } as Pick<LedgerBalance['sayings'][number], 'gateway' | 'boot'>),
      ...{ floor, period, seen: [...seen].toSorted((a, b) => a - b) },
    }));
  }

  #begin(holder: Holder): Heard {
    const heard = { ...holder, floor: 1, period: 0, seen: new Set<number>() };
    this.#heard.set(keyOf(holder), heard);
    return heard;
  }
}

const raise = (heard: Heard, floor: number): void => {
  if (floor <= heard.floor) return;
  heard.floor = floor;
  for (const n of heard.seen) if (n < floor) heard.seen.delete(n);
};
