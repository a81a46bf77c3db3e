import { type ClockReading, elapsedMs } from './clock-reading.js';
import { FENCED_AFTER_MS } from './constants.js';
import { invariant } from './invariant.js';
import { isLiteral } from './log-entry.js';
import type { EndedBoot, GatewayBoot, Membership } from './membership.js';
import type { OrderReceipt, Unsigned } from './messages.js';
import type { KnownOrder } from './node-orders.js';

export interface GatewayStanding extends GatewayBoot {
  /** `acked`: it said so; `fenced`: it can admit nothing without knowing the order; `missing`: neither is proven. */
  readonly state: 'acked' | 'fenced' | 'missing';
}

/** How far an order has come; never more than is proven. */
export interface OrderStanding {
  readonly acked: number;
  readonly of: number;
  readonly committed: boolean;
  readonly contained: boolean;
  readonly gateways: readonly GatewayStanding[];
}

/** The answering node at the moment of the answer. */
export interface Observer {
  readonly membership: Membership;
  /** `null`: not ready, or not a member: no argument from time. */
  readonly readyAt: ClockReading | null;
}

const keyOf = ({ gateway, boot }: GatewayBoot): string => `${gateway}/${boot}`;

/** Counts receipts per order and (gateway, boot), and tells how far an order has come. */
export class OrderTracker {
  readonly #receipts = new Map<string, Map<string, number>>();
  readonly #contained = new Set<string>();

  /** Only verified receipts may come here. Several of one boot: the highest position counts. */
  receipt(
    receipt: Pick<Unsigned<OrderReceipt>, 'orderId' | 'gateway' | 'boot' | 'position'>,
  ): void {
    const of = this.#receipts.get(receipt.orderId) ?? new Map<string, number>();
    this.#receipts.set(receipt.orderId, of);
    const key = keyOf(receipt);
    of.set(key, Math.max(receipt.position, of.get(key) ?? 0));
  }

  /** The order is lifted: nothing more is asked about it. */
  forget(orderId: string): void {
    this.#receipts.delete(orderId);
    this.#contained.delete(orderId);
  }

  /** Whether an ended boot counts no more: it can hold no lease since. */
  static isOver({ endedAt }: EndedBoot, readyAt: ClockReading | null, now: ClockReading): boolean {
    return readyAt !== null && elapsedMs(later(readyAt, endedAt), now) > FENCED_AFTER_MS;
  }

  standing(known: KnownOrder, { membership, readyAt }: Observer, now: ClockReading): OrderStanding {
    const counted: GatewayBoot[] = [...membership.gateways()];
    for (const ended of membership.ended) {
      if (!OrderTracker.isOver(ended, readyAt, now)) counted.push(ended);
    }
    const fenced = this.#isFenced(known, readyAt, now);
    const gateways = counted.map(({ gateway, boot }): GatewayStanding => {
      if (this.#isAcked(known, { gateway, boot })) return { gateway, boot, state: 'acked' };
      return { gateway, boot, state: fenced ? 'fenced' : 'missing' };
    });
    const committed = known.sequence !== null;
    const { orderId } = known.signed.order;
    // Proven once, it stays so until the lift: whoever joins later has read the order first.
    if (committed && gateways.every(({ state }) => state !== 'missing'))
      this.#contained.add(orderId);
    const contained = this.#contained.has(orderId);
    invariant(!contained || committed, 'nothing is contained before it is committed');
    const acked = gateways.filter(({ state }) => state === 'acked').length;
    return { acked, of: gateways.length, committed, contained, gateways };
  }

  #isAcked({ signed, sequence }: KnownOrder, boot: GatewayBoot): boolean {
    const position = this.#receipts.get(signed.order.orderId)?.get(keyOf(boot));
    if (position === undefined) return false;
    // Any other selector is worth nothing without the events that it selects by.
    return isLiteral(signed.order) || (sequence !== null && position >= sequence);
  }

  // Every proof from here on carries the order, and every earlier one has run out.
  #isFenced({ consumedAt }: KnownOrder, readyAt: ClockReading | null, now: ClockReading): boolean {
    if (consumedAt === null || readyAt === null) return false;
    return elapsedMs(later(consumedAt, readyAt), now) > FENCED_AFTER_MS;
  }
}

const later = (one: ClockReading, other: ClockReading): ClockReading =>
  one.monoMs >= other.monoMs ? one : other;
