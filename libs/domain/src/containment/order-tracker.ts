import { type ClockReading, elapsedMs } from './clock-reading.js';
import { FENCED_AFTER_MS } from './constants.js';
import { invariant } from './invariant.js';
import { isLiteral, type OrderBody } from './log-entry.js';
import type { EndedBoot, GatewayBoot, Membership } from './membership.js';
import type { OrderReceipt } from './messages.js';
import type { KnownOrder } from './node-orders.js';
import { type ReceiptWord, Receipts } from './receipts.js';

export interface GatewayStanding extends GatewayBoot {
  /** `acked`: it said so; `fenced`: it can admit nothing without knowing the order; `missing`: neither is proven. */
  readonly state: 'acked' | 'fenced' | 'missing';
  /** From this node's first word of the order to the receipt, in milliseconds; `null`: not heard as it happened. */
  readonly appliedAfterMs: number | null;
  /** What its receipt says was ended; `null`: no receipt. */
  readonly cut: OrderReceipt['cut'] | null;
}

/** How far an order has come; never more than is proven. */
export interface OrderStanding {
  readonly acked: number;
  readonly of: number;
  readonly committed: boolean;
  readonly contained: boolean;
  /** From this node's first word of the order to the proof; `null`: this node did not see that happen. */
  readonly containedAfterMs: number | null;
  readonly gateways: readonly GatewayStanding[];
}

/**
 * Whether silence proves anything about a gateway and this order: not where traffic may flow without a proof.
 * `knownPosition` is the highest that a verified message of this boot has named.
 */
export type FenceCounts = (
  order: OrderBody,
  boot: GatewayBoot & { readonly knownPosition: number },
) => boolean;

/** The answering node at the moment of the answer. */
export interface Observer {
  readonly membership: Membership;
  /** `null`: not ready, or not a member: no argument from time. */
  readonly readyAt: ClockReading | null;
  readonly fenceCounts: FenceCounts;
  /** The log is read to its end, and is the right one: all gateways that count are known. */
  readonly hasRead: boolean;
}

/** Who looks at an order so often sees when it comes to be contained; who comes later finds it so, and cannot say since when. */
const SEEN_WITHIN_MS = 250;

/** Counts receipts per order and (gateway, boot), and tells how far an order has come. */
export class OrderTracker {
  readonly #receipts = new Receipts();
  /** When that was seen; `null`: it was found so. */
  readonly #contained = new Map<string, ClockReading | null>();
  /** When an order was last found not contained. */
  readonly #lookedAt = new Map<string, ClockReading>();

  /** Only verified receipts of known orders may come here. */
  receipt(receipt: ReceiptWord, now: ClockReading): void {
    this.#receipts.add(receipt, now);
  }

  /** The order is lifted: nothing more is asked about it. */
  forget(orderId: string): void {
    this.#receipts.forget(orderId);
    this.#contained.delete(orderId);
    this.#lookedAt.delete(orderId);
  }

  forgetBoots(mayCount: (boot: GatewayBoot) => boolean): void {
    this.#receipts.forgetBoots(mayCount);
  }

  /** Nothing that was said or proven counts for another log. */
  clear(): void {
    this.#receipts.clear();
    this.#contained.clear();
    this.#lookedAt.clear();
  }

  /** Whether an ended boot counts no more: it can hold no lease since. */
  static isOver({ endedAt }: EndedBoot, readyAt: ClockReading | null, now: ClockReading): boolean {
    return readyAt !== null && elapsedMs(later(readyAt, endedAt), now) > FENCED_AFTER_MS;
  }

  standing(known: KnownOrder, observer: Observer, now: ClockReading): OrderStanding {
    const fenced = this.#isFenced(known, observer.readyAt, now);
    const gateways = this.#counted(known, observer, now).map((boot) =>
      this.#gateway(known, boot, fenced, observer),
    );
    const committed = known.sequence !== null;
    // Proven once, it stays so until the lift: whoever joins later has read the order first.
    const isProven =
      committed && observer.hasRead && gateways.every(({ state }) => state !== 'missing');
    const contained = this.#isContained(known, isProven, now);
    const containedAt = this.#contained.get(known.signed.order.orderId) ?? null;
    invariant(!contained || committed, 'nothing is contained before it is committed');
    const acked = gateways.filter(({ state }) => state === 'acked').length;
    const containedAfterMs = sinceHeard(known, containedAt);
    return { acked, of: gateways.length, committed, contained, containedAfterMs, gateways };
  }

  #isContained({ signed, heardAt }: KnownOrder, isProven: boolean, now: ClockReading): boolean {
    const { orderId } = signed.order;
    if (this.#contained.has(orderId)) return true;
    if (isProven) {
      const isSeen = elapsedMs(this.#lookedAt.get(orderId) ?? heardAt, now) <= SEEN_WITHIN_MS;
      this.#contained.set(orderId, isSeen ? now : null);
      this.#lookedAt.delete(orderId);
    } else this.#lookedAt.set(orderId, now);
    return isProven;
  }

  // Members; those that may still hold a lease; and those that need none for this order, for nobody knows when they end.
  #counted(known: KnownOrder, { membership, readyAt, fenceCounts }: Observer, now: ClockReading) {
    const ended = membership.ended.filter((boot) => !OrderTracker.isOver(boot, readyAt, now));
    const counted: GatewayBoot[] = [...membership.gateways(), ...ended];
    for (const boot of membership.removed()) {
      const isCounted = ended.some(({ gateway }) => gateway === boot.gateway);
      const knownPosition = this.#receipts.positionOf(boot);
      const needsProof = fenceCounts(known.signed.order, { ...boot, knownPosition });
      if (!isCounted && !needsProof) counted.push(boot);
    }
    return counted;
  }

  #gateway(
    known: KnownOrder,
    { gateway, boot }: GatewayBoot,
    isFenced: boolean,
    { fenceCounts }: Observer,
  ): GatewayStanding {
    const { order } = known.signed;
    const receipt = this.#receipts.of(order.orderId, { gateway, boot });
    const cut = receipt === null ? null : receipt.cut;
    if (receipt !== null && counts(known, receipt.position)) {
      const appliedAfterMs = sinceHeard(known, receipt.at);
      return { gateway, boot, state: 'acked', appliedAfterMs, cut };
    }
    const knownPosition = this.#receipts.positionOf({ gateway, boot });
    const isProven = isFenced && fenceCounts(order, { gateway, boot, knownPosition });
    return { gateway, boot, state: isProven ? 'fenced' : 'missing', appliedAfterMs: null, cut };
  }

  // Every proof from here on carries the order, and every earlier one has run out.
  #isFenced({ consumedAt }: KnownOrder, readyAt: ClockReading | null, now: ClockReading): boolean {
    if (consumedAt === null || readyAt === null) return false;
    return elapsedMs(later(consumedAt, readyAt), now) > FENCED_AFTER_MS;
  }
}

// Any other selector than a literal one is worth nothing without the events that it selects by.
const counts = ({ signed, sequence }: KnownOrder, position: number): boolean =>
  isLiteral(signed.order) || (sequence !== null && position >= sequence);

// What is proven of another log than the one that it was proven of before says nothing of the time that it took.
const sinceHeard = (known: KnownOrder, at: ClockReading | null): number | null => {
  const { origin, heardAt, wasLost } = known;
  const isHeard = origin === 'ordered' || origin === 'pushed';
  return at === null || wasLost || !isHeard ? null : elapsedMs(heardAt, at);
};

const later = (one: ClockReading, other: ClockReading): ClockReading =>
  one.monoMs >= other.monoMs ? one : other;
