import type { Address, GatewayId, OrgName } from '#contracts';

/** At least so many must fall silent together before it looks like a fault in between. */
const CLIFF_MIN = 3;
const AGENTS_MAX = 200_000;

/** How many agents of an org were alive lately, and how many of them have fallen silent. */
export interface Silence {
  readonly silent: number;
  readonly fleet: number;
}

interface Beat {
  readonly atMs: number;
  /** Through which it came. */
  readonly gateway: GatewayId;
}

/** The last heartbeat of every agent, watched or not: who asks about one silence has to see the others. */
export class Heartbeats {
  readonly #last = new Map<Address, Beat>();
  /** When a gateway ceased to be a member. */
  readonly #goneMs = new Map<GatewayId, number>();

  note(address: Address, gateway: GatewayId, atMs: number): void {
    const [oldest] = this.#last.keys();
    const isFull = this.#last.size >= AGENTS_MAX && !this.#last.has(address);
    if (oldest !== undefined && isFull) this.#last.delete(oldest);
    this.#last.set(address, { atMs: Math.max(atMs, this.lastMs(address) ?? 0), gateway });
  }

  lastMs(address: Address): number | null {
    return this.#last.get(address)?.atMs ?? null;
  }

  addresses(): Iterable<Address> {
    return this.#last.keys();
  }

  gatewayGone(gateway: GatewayId, atMs: number): void {
    this.#goneMs.set(gateway, atMs);
  }

  /** When the gateway went that the agent was last heard through; `null`: it is there, as far as is known. */
  goneMs(address: Address): number | null {
    const beat = this.#last.get(address);
    const goneMs = beat && this.#goneMs.get(beat.gateway);
    return goneMs !== undefined && beat !== undefined && goneMs >= beat.atMs ? goneMs : null;
  }

  /**
   * Alive lately: its last heartbeat is at most twice the limit old. Silent: older than half the limit, since agents that
   * fell silent together had their last heartbeats at different moments. Those left out (held by a stop, say) are neither.
   */
  silence(org: OrgName, limitMs: number, nowMs: number, isLeftOut: (a: Address) => boolean) {
    const prefix = `agent://${org}/`;
    let silent = 0;
    let fleet = 0;
    for (const [address, { atMs }] of this.#last) {
      const ageMs = nowMs - atMs;
      if (ageMs > 2 * limitMs || !address.startsWith(prefix) || isLeftOut(address)) continue;
      fleet += 1;
      if (ageMs > limitMs / 2) silent += 1;
    }
    return { silent, fleet };
  }

  save(): SavedBeats {
    const beats = [...this.#last].map(([address, { atMs, gateway }]) => [address, atMs, gateway]);
    return [beats as SavedBeats[0], [...this.#goneMs]];
  }

  restore([beats, gone]: SavedBeats): void {
    for (const [address, atMs, gateway] of beats) this.#last.set(address, { atMs, gateway });
    for (const [gateway, atMs] of gone) this.#goneMs.set(gateway, atMs);
  }
}

type SavedBeats = [[Address, number, GatewayId][], [GatewayId, number][]];

/** More than half of the fleet: the fault is more likely in between than in the agents. */
export const isCliff = ({ silent, fleet }: Silence): boolean =>
  silent >= CLIFF_MIN && silent * 2 > fleet;
