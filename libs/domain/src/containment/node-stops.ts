import type { StopMode } from '#contracts';
import type { ClockReading } from './clock-reading.js';
import { PUSH_AGE_MAX_MS } from './constants.js';
import {
  type AppendAnswer,
  type LogEntry,
  type OrderBody,
  orderSubject,
  type SignedOrder,
} from './log-entry.js';
import type { GatewayBoot } from './membership.js';
import type { OrderReceipt, Renewal, Signing } from './messages.js';
import type { NodeOutput, Spool } from './node-messages.js';
import { NodeOrders, type Origin } from './node-orders.js';
import { type Observer, type OrderStanding, OrderTracker } from './order-tracker.js';

export interface NodeStopsOf {
  readonly node: string;
  readonly signing: Signing;
  readonly spool: Spool;
  readonly emit: (output: NodeOutput) => void;
  /** Not into a log that is not the one that was read, and nothing after a clean leave. */
  readonly mayAppend: () => boolean;
}

const LIFT = 'lift:';

/** A control node's orders: taken, spooled, pushed, appended until they are in the log, counted, lifted. */
export class NodeStops {
  readonly #orders = new NodeOrders();
  readonly #tracker = new OrderTracker();
  #oldSpool: SignedOrder[] = [];

  constructor(private readonly of: NodeStopsOf) {}

  /** Fresh orders of the spool are pushed at once; old ones may be lifted long ago, so they wait for the log. */
  start(now: ClockReading): void {
    for (const signed of this.of.spool.orders) {
      if (isOld(signed, now)) this.#oldSpool.push(signed);
      else this.#takeUp(signed, 'spooled', now);
    }
  }

  logWasRead(now: ClockReading): void {
    for (const signed of this.#oldSpool) this.#takeUp(signed, 'spooled', now);
    this.#oldSpool = [];
  }

  /** A repeat of a known id is silent. */
  order(order: OrderBody, now: ClockReading): void {
    if (!this.#orders.isNews(order.orderId)) return;
    const signature = this.of.signing.sign({ kind: 'order', value: order });
    const signed = { order, signer: this.of.node, signature };
    this.of.emit({ kind: 'spool', signed });
    this.#takeUp(signed, 'ordered', now);
  }

  pushed(signed: SignedOrder, now: ClockReading): void {
    if (!isOld(signed, now)) this.handed(signed, now);
  }

  /** Asked for, so its age says nothing: a gateway that still holds it has read the whole log, and no lift. */
  handed(signed: SignedOrder, now: ClockReading): void {
    const { order, signature, signer } = signed;
    if (!this.#orders.isNews(order.orderId)) return;
    if (!this.of.signing.verify({ kind: 'order', value: order }, signature, signer)) return;
    this.#orders.add(signed, 'pushed', now);
    this.of.emit({ kind: 'enforce', signed });
  }

  /** Sequence-checked on a committed order: what is not in the log cannot be lifted. */
  lift(orderId: string): void {
    const expect = this.#orders.get(orderId)?.sequence ?? null;
    if (!this.of.mayAppend()) return this.#refuseLift(orderId, 'log-unavailable');
    if (expect === null) return this.#refuseLift(orderId, 'not-committed');
    const subject = orderSubject(orderId);
    const fact = { kind: 'stop-lifted', orderId } as const;
    this.of.emit({ kind: 'append', ref: `${LIFT}${orderId}`, subject, expect, fact });
  }

  appended(ref: string, { outcome }: AppendAnswer): void {
    if (!ref.startsWith(LIFT)) return;
    const orderId = ref.slice(LIFT.length);
    if (outcome === 'stored') this.of.emit({ kind: 'lifted', orderId });
    else this.#refuseLift(orderId, outcome === 'exists' ? 'conflict' : 'log-unavailable');
  }

  receipt(receipt: OrderReceipt, now: ClockReading): void {
    const { signature, ...value } = receipt;
    if (!this.of.signing.verify({ kind: 'receipt', value }, signature, receipt.gateway)) return;
    if (this.#orders.get(receipt.orderId) !== null) this.#tracker.receipt(value, now);
  }

  /** A renewal's repeated ids are as good as receipts; returns those that are news here. */
  repeated({ gateway, boot, position, applied }: Renewal, now: ClockReading): string[] {
    for (const orderId of applied) {
      if (this.#orders.get(orderId) === null) continue;
      this.#tracker.receipt({ orderId, gateway, boot, position, cut: null }, now);
    }
    return applied.filter((orderId) => this.#orders.isNews(orderId));
  }

  /** Read in the log, in order. */
  read({ fact, sequence }: LogEntry, now: ClockReading): void {
    if (fact.kind === 'stop-ordered' && this.#orders.commit(fact.signed, sequence, now)) {
      this.of.emit({ kind: 'unspool', orderId: fact.signed.order.orderId });
    }
    if (fact.kind !== 'stop-lifted') return;
    this.#orders.lift(fact.orderId, now);
    this.#tracker.forget(fact.orderId);
  }

  /** What was read is not in the log any more: nothing is committed, and nothing proven. */
  logLost(): void {
    this.#orders.forgetLog();
    this.#tracker.clear();
  }

  startOver(): void {
    this.#orders.forgetLifts();
  }

  /** Keeps what is known of those boots alone that may still count. */
  forgetBoots(mayCount: (boot: GatewayBoot) => boolean): void {
    this.#tracker.forgetBoots(mayCount);
  }

  /** Whether a gateway that knows these modes can enforce every standing order. */
  understoodBy(modes: readonly StopMode[]): boolean {
    return this.#orders.areOf(modes);
  }

  pending(): SignedOrder[] {
    return this.#orders.pending();
  }

  appendDue(now: ClockReading): void {
    if (!this.of.mayAppend()) return;
    for (const signed of this.#orders.toAppend(now)) {
      const { orderId } = signed.order;
      const fact = { kind: 'stop-ordered', signed } as const;
      const subject = orderSubject(orderId);
      this.of.emit({ kind: 'append', ref: `order:${orderId}`, subject, expect: 0, fact });
    }
  }

  standing(orderId: string, observer: Observer, now: ClockReading): OrderStanding | null {
    const known = this.#orders.get(orderId);
    return known === null ? null : this.#tracker.standing(known, observer, now);
  }

  #refuseLift(orderId: string, why: 'not-committed' | 'conflict' | 'log-unavailable'): void {
    this.of.emit({ kind: 'lift-refused', orderId, why });
  }

  #takeUp(signed: SignedOrder, origin: Origin, now: ClockReading): void {
    if (this.#orders.add(signed, origin, now) === null) return;
    this.of.emit({ kind: 'push', signed });
    this.of.emit({ kind: 'enforce', signed });
    this.appendDue(now);
  }
}

const isOld = ({ order }: SignedOrder, now: ClockReading): boolean =>
  now.wallMs - order.atWallMs > PUSH_AGE_MAX_MS;
