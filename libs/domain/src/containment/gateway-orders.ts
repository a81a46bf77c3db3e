import type { StopMode } from '#contracts';
import { type ClockReading, elapsedMs } from './clock-reading.js';
import { LIFTED_KEPT_MS, UNCOMMITTED_AFTER_MS } from './constants.js';
import type { SignedOrder } from './log-entry.js';
import type { OrderReceipt } from './messages.js';
import { ModeCounts } from './mode-counts.js';

/** So many ids one renewal repeats. */
const REPEATED_MAX = 1_000;

export interface HeldOrder {
  readonly signed: SignedOrder;
  /** Its place in the log; `null` while it is known by push, renewal or pin alone. */
  sequence: number | null;
  readonly heardAt: ClockReading;
  /** When its sequence became known. */
  committedAt: ClockReading | null;
  /** In which write of the pinned file it is. */
  readonly write: number;
  isPinned: boolean;
  /** What was ended for it; `null` until the shell has said so. */
  cut: OrderReceipt['cut'] | null;
}

/** The set of orders at a gateway: an id is added once, lifted once, never used again. */
export class GatewayOrders {
  readonly #held = new Map<string, HeldOrder>();
  readonly #lifted = new Map<string, ClockReading>();
  readonly #modes = new ModeCounts();
  #lastWrite = 0;

  get(orderId: string): HeldOrder | null {
    return this.#held.get(orderId) ?? null;
  }

  all(): IterableIterator<HeldOrder> {
    return this.#held.values();
  }

  areOf(modes: readonly StopMode[]): boolean {
    return this.#modes.areAll(modes);
  }

  /** `null`: known already, or lifted before. */
  add(signed: SignedOrder, sequence: number | null, now: ClockReading): HeldOrder | null {
    const { orderId } = signed.order;
    if (this.#lifted.has(orderId)) return null;
    const known = this.#held.get(orderId);
    if (known !== undefined) {
      if (sequence !== null && known.sequence === null) {
        known.sequence = sequence;
        known.committedAt = now;
      }
      return null;
    }
    const held: HeldOrder = {
      signed,
      sequence,
      heardAt: now,
      committedAt: sequence === null ? null : now,
      write: this.nextWrite(),
      isPinned: false,
      cut: null,
    };
    this.#held.set(orderId, held);
    this.#modes.add(signed.order.mode);
    return held;
  }

  /** Whether it stood here. Either way the id never comes back. */
  lift(orderId: string, now: ClockReading): boolean {
    this.#lifted.set(orderId, now);
    const held = this.#held.get(orderId);
    if (held !== undefined) this.#modes.remove(held.signed.order.mode);
    return this.#held.delete(orderId);
  }

  nextWrite(): number {
    this.#lastWrite += 1;
    return this.#lastWrite;
  }

  /** What renewals repeat: in force, and not in the log for so long that every node has surely read it. */
  repeated(now: ClockReading, modes: readonly StopMode[]): string[] {
    const ids: string[] = [];
    const recent: string[] = [];
    for (const { isPinned, cut, committedAt, signed } of this.#held.values()) {
      const { orderId, mode } = signed.order;
      if (!isPinned || cut === null || !modes.includes(mode)) continue;
      if (committedAt === null) ids.push(orderId);
      else if (elapsedMs(committedAt, now) < UNCOMMITTED_AFTER_MS * 2) recent.push(orderId);
    }
    // After a restore there may be many: those that the log lacks go first, and make room as it gets them.
    return [...ids, ...recent].slice(0, REPEATED_MAX);
  }

  /** Of another log nothing is known: neither where orders stand in it, nor what it has lifted. */
  forgetLog(): void {
    this.#lifted.clear();
    for (const held of this.#held.values()) {
      held.sequence = null;
      held.committedAt = null;
    }
  }

  forgetLongLifted(now: ClockReading): void {
    for (const [orderId, at] of this.#lifted) {
      if (elapsedMs(at, now) <= LIFTED_KEPT_MS) return;
      this.#lifted.delete(orderId);
    }
  }
}
