import type { StopMode } from '#contracts';
import { type ClockReading, elapsedMs } from './clock-reading.js';
import { PUSH_AGE_MAX_MS } from './constants.js';
import type { GatewayLog } from './gateway-log.js';
import type { GatewayOutput } from './gateway-messages.js';
import { GatewayOrders, type HeldOrder } from './gateway-orders.js';
import type { LogEntry, SignedOrder } from './log-entry.js';
import type { OrderReceipt, Signing } from './messages.js';

type Cut = OrderReceipt['cut'];

/** What a receipt and a pin say of the gateway itself. */
export type GatewayState = Pick<GatewayLog, 'phase' | 'boot' | 'position' | 'pin'>;

export interface GatewayStopsOf {
  readonly gateway: string;
  /** The stop modes that this build understands. */
  readonly modes: readonly StopMode[];
  readonly signing: Signing;
  /** The orders of the pinned file. */
  readonly pinned: readonly SignedOrder[];
  readonly state: () => GatewayState;
  readonly emit: (output: GatewayOutput) => void;
}

/** From the first word of an order to its receipt: verified, in force, pinned, cut, and only then said so. */
export class GatewayStops {
  readonly #orders = new GatewayOrders();

  constructor(private readonly of: GatewayStopsOf) {}

  /** What the pinned file told holds from the first moment, before the log is read. */
  start(now: ClockReading): void {
    for (const signed of this.of.pinned) this.#restore(signed, now);
  }

  tick(now: ClockReading): void {
    this.#orders.forgetLongLifted(now);
  }

  /** The ids that renewals repeat. */
  repeated(now: ClockReading): string[] {
    return this.#orders.repeated(now, this.of.modes);
  }

  /** Whether every stop that stands here is of a mode that this build can enforce. */
  get isUnderstood(): boolean {
    return this.#orders.areOf(this.of.modes);
  }

  signed(orderId: string): SignedOrder | null {
    return this.#orders.get(orderId)?.signed ?? null;
  }

  pushed(signed: SignedOrder, now: ClockReading): void {
    if (now.wallMs - signed.order.atWallMs > PUSH_AGE_MAX_MS) return;
    this.learn(signed, now);
  }

  /** By push or renewal: it may be anybody's word, so it is verified. */
  learn(signed: SignedOrder, now: ClockReading): void {
    const { order, signature, signer } = signed;
    if (this.#orders.get(order.orderId) !== null) return;
    if (!this.of.signing.verify({ kind: 'order', value: order }, signature, signer)) return;
    this.#hold(signed, null, now);
  }

  /** Read in the log, in order. */
  read({ fact, sequence }: LogEntry, now: ClockReading): void {
    if (fact.kind === 'stop-ordered') this.#ordered(fact.signed, sequence, now);
    if (fact.kind === 'stop-lifted' && this.#orders.lift(fact.orderId, now)) {
      this.of.emit({ kind: 'release', orderId: fact.orderId });
      this.#writePin(this.#orders.nextWrite());
    }
  }

  /** The disk belongs to another incarnation of the log. */
  pinAnew(): void {
    this.#writePin(this.#orders.nextWrite());
  }

  /** The log comes again from its first event: until it has told of an order, only this gateway knows of it. */
  startOver(): void {
    this.#orders.forgetLog();
  }

  written(write: number, now: ClockReading): void {
    for (const held of this.#orders.all()) {
      if (held.isPinned || held.write > write) continue;
      held.isPinned = true;
      this.#mayAcknowledge(held, now);
    }
  }

  wasCut(orderId: string, cut: Cut, now: ClockReading): void {
    const held = this.#orders.get(orderId);
    if (held === null || held.cut !== null) return;
    held.cut = cut;
    this.#mayAcknowledge(held, now);
  }

  #ordered(signed: SignedOrder, sequence: number, now: ClockReading): void {
    const before = this.#orders.get(signed.order.orderId);
    if (before === null) return this.#hold(signed, sequence, now);
    this.#orders.add(signed, sequence, now);
    // An earlier receipt spoke of an earlier position: only now is everything known that the order selects by.
    this.#mayAcknowledge(before, now);
  }

  // It is on the disk already: a write here would hold a part of what the file holds.
  #restore(signed: SignedOrder, now: ClockReading): void {
    const held = this.#orders.add(signed, null, now);
    if (held === null) return;
    held.isPinned = true;
    this.of.emit({ kind: 'enforce', signed });
    this.of.emit({ kind: 'cut', signed });
  }

  // Denied and cut in this same turn, before any proof that the order came with can count; only the receipt waits.
  #hold(signed: SignedOrder, sequence: number | null, now: ClockReading): void {
    const held = this.#orders.add(signed, sequence, now);
    if (held === null) return;
    this.of.emit({ kind: 'enforce', signed });
    this.of.emit({ kind: 'cut', signed });
    this.#writePin(held.write);
  }

  #writePin(write: number): void {
    const orders = [...this.#orders.all()].map(({ signed }) => signed);
    this.of.emit({ kind: 'pin', pin: { ...this.of.state().pin, orders }, write });
  }

  // On disk and cut, both, or nothing is said.
  #mayAcknowledge({ signed, heardAt, isPinned, cut }: HeldOrder, now: ClockReading): void {
    const { phase, boot, position } = this.of.state();
    if (phase !== 'member' || !isPinned || cut === null) return;
    const { orderId, mode } = signed.order;
    // What this build does not understand it cannot enforce: it gets no lease for as long as that order stands.
    if (!this.of.modes.includes(mode)) return;
    const { gateway } = this.of;
    const appliedAfterMs = elapsedMs(heardAt, now);
    const value = { orderId, gateway, boot, position, appliedAfterMs, cut };
    const signature = this.of.signing.sign({ kind: 'receipt', value });
    this.of.emit({ kind: 'send-receipt', receipt: { ...value, signature } });
  }
}
