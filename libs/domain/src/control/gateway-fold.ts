import type { ControlEvent, GatewayId } from '#contracts';
import type { GatewayMember } from './control-records.js';

type Of<T extends ControlEvent['type']> = Extract<ControlEvent, { type: T }>;

/** The gateways that count. Boots are ordered: a join with a lower or equal boot is ignored. */
export class GatewayFold {
  readonly #members = new Map<GatewayId, GatewayMember>();
  readonly #boots = new Map<GatewayId, number>();

  /** In the order of their names. */
  all(): GatewayMember[] {
    return [...this.#members.values()].sort((a, b) => (a.gateway < b.gateway ? -1 : 1));
  }

  /** The highest boot that ever joined; `0` before the first. */
  lastBootOf(gateway: GatewayId): number {
    return this.#boots.get(gateway) ?? 0;
  }

  join(event: Of<'GatewayJoined'>, sequence: number) {
    const { gateway, boot } = event.data;
    if (boot <= this.lastBootOf(gateway)) return { joined: null, left: null };
    const left = this.#members.get(gateway) ?? null;
    const joined = { ...event.data, joinedAt: event.at, sequence, lastSequence: sequence };
    this.#boots.set(gateway, boot);
    this.#members.set(gateway, joined);
    return { joined, left };
  }

  /** Of exactly this boot; a later one has a key of its own. */
  rotateKey({ data }: Of<'GatewayKeyRotated'>, sequence: number): void {
    const member = this.#members.get(data.gateway);
    if (member?.boot !== data.boot) return;
    this.#members.set(data.gateway, { ...member, ...data, lastSequence: sequence });
  }

  /** Ends the membership of exactly this boot; `null` where it is no member. */
  end({ gateway, boot }: { gateway: GatewayId; boot: number }): GatewayMember | null {
    const member = this.#members.get(gateway);
    if (member?.boot !== boot) return null;
    this.#members.delete(gateway);
    return member;
  }
}
