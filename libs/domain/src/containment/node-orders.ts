import type { StopMode } from '#contracts';
import { type ClockReading, elapsedMs } from './clock-reading.js';
import { LIFTED_KEPT_MS, RETRY_AFTER_MS, UNCOMMITTED_AFTER_MS } from './constants.js';
import type { SignedOrder } from './log-entry.js';
import { ModeCounts } from './mode-counts.js';

/** How a node came to know an order. `ordered` here and `spooled` are its own: it appends at once, and answers for them. */
export type Origin = 'ordered' | 'spooled' | 'pushed' | 'read';

export interface KnownOrder {
  readonly signed: SignedOrder;
  readonly origin: Origin;
  readonly heardAt: ClockReading;
  /** In the log, consumed by this node; `null`: pending. */
  sequence: number | null;
  /** When it consumed that sequence: from here on it knows the commit, too. */
  consumedAt: ClockReading | null;
  triedAt: ClockReading | null;
  /** What was read of it, and proven, was of a log that lost it. */
  wasLost: boolean;
}

/** All unlifted orders that a node knows of, committed or pending. */
export class NodeOrders {
  readonly #known = new Map<string, KnownOrder>();
  readonly #pending = new Map<string, KnownOrder>();
  readonly #lifted = new Map<string, ClockReading>();
  readonly #modes = new ModeCounts();

  get(orderId: string): KnownOrder | null {
    return this.#known.get(orderId) ?? null;
  }

  isNews(orderId: string): boolean {
    return !this.#known.has(orderId) && !this.#lifted.has(orderId);
  }

  /** Pending until it is read in the log. `null`: known already, or lifted. */
  add(signed: SignedOrder, origin: Origin, now: ClockReading): KnownOrder | null {
    const { orderId, mode } = signed.order;
    if (!this.isNews(orderId)) return null;
    const known: KnownOrder = {
      ...{ signed, origin, heardAt: now },
      ...{ sequence: null, consumedAt: null, triedAt: null, wasLost: false },
    };
    this.#known.set(orderId, known);
    this.#pending.set(orderId, known);
    this.#modes.add(mode);
    return known;
  }

  areOf(modes: readonly StopMode[]): boolean {
    return this.#modes.areAll(modes);
  }

  /** Read in the log. Returns whether this node had it in its spool. */
  commit(signed: SignedOrder, sequence: number, now: ClockReading): boolean {
    const { orderId } = signed.order;
    if (this.#lifted.has(orderId)) return false;
    this.add(signed, 'read', now);
    const known = this.#known.get(orderId);
    if (known === undefined || known.sequence !== null) return false;
    known.sequence = sequence;
    known.consumedAt = now;
    this.#pending.delete(orderId);
    return isOwn(known);
  }

  lift(orderId: string, now: ClockReading): void {
    this.#lifted.set(orderId, now);
    const mode = this.#known.get(orderId)?.signed.order.mode;
    if (mode !== undefined) this.#modes.remove(mode);
    this.#known.delete(orderId);
    this.#pending.delete(orderId);
    for (const [id, at] of this.#lifted) {
      if (elapsedMs(at, now) <= LIFTED_KEPT_MS) break;
      this.#lifted.delete(id);
    }
  }

  /** What was read is void: until a log tells of them, these orders are known here alone. */
  forgetLog(): void {
    for (const known of this.#known.values()) {
      known.sequence = null;
      known.consumedAt = null;
      known.wasLost = true;
      this.#pending.set(known.signed.order.orderId, known);
    }
  }

  /** The log is read again from its first event: what it does not lift stands. */
  forgetLifts(): void {
    this.#lifted.clear();
  }

  pending(): SignedOrder[] {
    return [...this.#pending.values()].map(({ signed }) => signed);
  }

  /** What to append now: own orders until they are read back, others' once they have waited too long. */
  toAppend(now: ClockReading): SignedOrder[] {
    const due: SignedOrder[] = [];
    for (const known of this.#pending.values()) {
      if (!isOwn(known) && elapsedMs(known.heardAt, now) < UNCOMMITTED_AFTER_MS) continue;
      if (known.triedAt !== null && elapsedMs(known.triedAt, now) < RETRY_AFTER_MS) continue;
      known.triedAt = now;
      due.push(known.signed);
    }
    return due;
  }
}

const isOwn = ({ origin }: KnownOrder): boolean => origin === 'ordered' || origin === 'spooled';
