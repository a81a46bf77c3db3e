import type { Address, OrgName } from '#contracts';

/** At least so many must fall silent together before it looks like a fault in between. */
const CLIFF_MIN = 3;
const AGENTS_MAX = 200_000;

/** How many agents of an org were alive lately, and how many of them have fallen silent. */
export interface Silence {
  readonly silent: number;
  readonly fleet: number;
}

/** The last heartbeat of every agent, watched or not: who asks about one silence has to see the others. */
export class Heartbeats {
  readonly #lastMs = new Map<Address, number>();

  note(address: Address, atMs: number): void {
    const [oldest] = this.#lastMs.keys();
    if (oldest !== undefined && this.#lastMs.size >= AGENTS_MAX) this.#lastMs.delete(oldest);
    this.#lastMs.set(address, Math.max(atMs, this.#lastMs.get(address) ?? 0));
  }

  lastMs(address: Address): number | null {
    return this.#lastMs.get(address) ?? null;
  }

  addresses(): Iterable<Address> {
    return this.#lastMs.keys();
  }

  /**
   * Alive lately: its last heartbeat is at most twice the limit old. Silent: older than half the limit, since agents that
   * fell silent together had their last heartbeats at different moments. Those left out (held by a stop, say) are neither.
   */
  silence(org: OrgName, limitMs: number, nowMs: number, isLeftOut: (a: Address) => boolean) {
    const prefix = `agent://${org}/`;
    let silent = 0;
    let fleet = 0;
    for (const [address, lastMs] of this.#lastMs) {
      const ageMs = nowMs - lastMs;
      if (ageMs > 2 * limitMs || !address.startsWith(prefix) || isLeftOut(address)) continue;
      fleet += 1;
      if (ageMs > limitMs / 2) silent += 1;
    }
    return { silent, fleet };
  }

  save(): [Address, number][] {
    return [...this.#lastMs];
  }

  restore(saved: readonly (readonly [Address, number])[]): void {
    for (const [address, atMs] of saved) this.#lastMs.set(address, atMs);
  }
}

/** More than half of the fleet: the fault is more likely in between than in the agents. */
export const isCliff = ({ silent, fleet }: Silence): boolean =>
  silent >= CLIFF_MIN && silent * 2 > fleet;
