import {
  type ControlEvent,
  formatSelector,
  orgOf,
  type OrgName,
  type Selector,
  type StopMode,
  type StopOrderId,
} from '#contracts';
import { msOf } from '../time/timestamp.js';
import { byAge } from './by-age.js';
import type { StopOrder } from './control-records.js';
import type { StopIndex } from './stop-index.js';

type Of<T extends ControlEvent['type']> = Extract<ControlEvent, { type: T }>;

/** So many lifted orders of an org are kept with all their words; of older ones only that they were lifted. */
export const LIFTED_KEPT_MAX = 1000;

interface OrgOrders {
  readonly standing: Map<StopOrderId, StopOrder>;
  readonly lifted: Map<StopOrderId, StopOrder>;
}

/**
 * The set of orders: an id is added once and lifted once, whatever comes twice or in another order.
 *
 * The ids of lifted orders are never forgotten (about a hundred bytes each), for an id that could be forgotten could come
 * back.
 */
export class OrderFold {
  readonly #orgs = new Map<OrgName, OrgOrders>();
  readonly #orders = new Map<StopOrderId, StopOrder>();
  readonly #bySelector = new Map<string, StopOrder[]>();
  readonly #gone = new Set<StopOrderId>();
  readonly #index: StopIndex;

  constructor(index: StopIndex) {
    this.#index = index;
  }

  get(orderId: StopOrderId): StopOrder | null {
    return this.#orders.get(orderId) ?? null;
  }

  /** Whether the log has told of it. */
  knows(orderId: string): boolean {
    const id = orderId as StopOrderId;
    return this.#isLogged(this.#orders.get(id)) || this.#gone.has(id);
  }

  /** Standing and lifted, newest first. */
  all(org?: OrgName): StopOrder[] {
    const orgs = this.#of(org);
    const orders = orgs.flatMap((one) => [...one.standing.values(), ...one.lifted.values()]);
    return orders.sort((a, b) => byAge(b, a));
  }

  *standing(org?: OrgName): Generator<StopOrder> {
    for (const one of this.#of(org)) yield* one.standing.values();
  }

  /** The oldest standing order with this mode on exactly this selector. */
  standingOn(mode: StopMode, selector: Selector): StopOrder | null {
    const orders = this.#bySelector.get(formatSelector(selector)) ?? [];
    return orders.find((order) => order.mode === mode) ?? null;
  }

  /** With `sequence: null` for a pushed order. `null` for an id that stands already or was lifted before. */
  add(event: Of<'StopOrdered'>, sequence: number | null): StopOrder | null {
    const { orderId } = event.data;
    const pushed = this.#orders.get(orderId);
    if (this.#gone.has(orderId) || this.#isLogged(pushed)) return null;
    if (pushed) {
      if (sequence === null) return null;
      // What the log says counts, in the log's order: as if it had never been pushed.
      this.#withdraw(pushed);
    }
    const order = orderOf(event, sequence);
    this.#begin(order);
    return order;
  }

  /** An order of another log holds on, as if it had been pushed. */
  keep(order: StopOrder): void {
    this.#begin({ ...order, sequence: null, liftRequest: null, lastSequence: 0 });
  }

  /** `null` for an id that was lifted before or never stood; it never will. */
  lift(event: Of<'StopLifted'>, sequence: number): StopOrder | null {
    const { orderId, reason, cause } = event.data;
    const order = this.#orders.get(orderId);
    if (this.#gone.has(orderId)) return null;
    this.#gone.add(orderId);
    if (order === undefined) return null;
    const lift = { at: event.at, actor: event.actor, reason, cause, sequence };
    const lifted: StopOrder = { ...order, lift, lastSequence: sequence };
    this.#withdraw(order);
    // Lifted before the log told of it: nothing is known of it but that it never stands again.
    if (!this.#isLogged(order)) return lifted;
    const org = this.#open(order.org);
    org.lifted.set(orderId, lifted);
    this.#orders.set(orderId, lifted);
    this.#forgetOldest(org);
    return lifted;
  }

  /** Another word on an order: a repeat, a reason. */
  amend(orderId: StopOrderId, sequence: number, reason?: string): void {
    this.#change(orderId, { lastSequence: sequence, ...(reason === undefined ? {} : { reason }) });
  }

  /** One person wants to lift it. */
  request({ at, data }: Of<'StopLiftRequested'>, sequence: number): void {
    const { orderId, by, reason, expiresAt } = data;
    const liftRequest = { by, reason, at, expiresAt };
    this.#change(orderId, { liftRequest, lastSequence: sequence });
  }

  #begin(order: StopOrder): void {
    this.#orders.set(order.orderId, order);
    this.#open(order.org).standing.set(order.orderId, order);
    this.#stand(order);
  }

  #change(orderId: StopOrderId, change: Partial<StopOrder>): void {
    const before = this.#orders.get(orderId);
    if (!this.#isLogged(before)) return;
    const after: StopOrder = { ...before, ...change };
    this.#orders.set(orderId, after);
    const org = this.#open(before.org);
    if (before.lift !== null) {
      org.lifted.set(orderId, after);
      return;
    }
    org.standing.set(orderId, after);
    this.#unstand(before);
    this.#stand(after);
  }

  #isLogged(order: StopOrder | undefined): order is StopOrder {
    return order !== undefined && order.sequence !== null;
  }

  #withdraw(order: StopOrder): void {
    this.#unstand(order);
    this.#orders.delete(order.orderId);
    this.#open(order.org).standing.delete(order.orderId);
  }

  #stand(order: StopOrder): void {
    const key = formatSelector(order.selector);
    const others = this.#bySelector.get(key) ?? [];
    this.#bySelector.set(key, [...others, order].sort(byAge));
    this.#index.add(order);
  }

  #unstand(order: StopOrder): void {
    const key = formatSelector(order.selector);
    const others = (this.#bySelector.get(key) ?? []).filter((one) => one.orderId !== order.orderId);
    if (others.length > 0) this.#bySelector.set(key, others);
    else this.#bySelector.delete(key);
    this.#index.remove(order);
  }

  #forgetOldest(org: OrgOrders): void {
    if (org.lifted.size <= LIFTED_KEPT_MAX) return;
    const [oldest] = org.lifted.keys();
    if (oldest === undefined) return;
    org.lifted.delete(oldest);
    this.#orders.delete(oldest);
  }

  #open(org: OrgName): OrgOrders {
    const known = this.#orgs.get(org);
    if (known) return known;
    const opened: OrgOrders = { standing: new Map(), lifted: new Map() };
    this.#orgs.set(org, opened);
    return opened;
  }

  #of(org?: OrgName): OrgOrders[] {
    if (org === undefined) return [...this.#orgs.values()];
    const one = this.#orgs.get(org);
    return one ? [one] : [];
  }
}

const orderOf = (event: Of<'StopOrdered'>, sequence: number | null): StopOrder => {
  const { drainUntil, ...data } = event.data;
  return {
    ...data,
    org: orgOf(data.selector),
    actor: event.actor,
    orderedAt: event.at,
    sequence,
    drainUntilMs: drainUntil === null ? null : msOf(drainUntil),
    lift: null,
    liftRequest: null,
    lastSequence: sequence ?? 0,
  };
};
