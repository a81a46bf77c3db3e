import { Injectable } from '@nestjs/common';
import type { OrderReport, StopOrderId } from '#contracts';
import type { StopOrder } from '#domain';
import { WrongSequenceError } from '#event-store';
import { ApiProblem } from '#platform';
import { Control } from '../control/control.js';
import { answering } from '../control/log-problem.js';
import { waitForGateways } from '../control/wait-for-gateways.js';
import { decideLift, type LiftDecision, type LiftWish } from './lift-decision.js';
import { liftedProgress, orderReport } from './order-report.js';

/** `needs-second`: nothing is lifted, and who asked first stands in the order. */
export type LiftOutcome =
  | { readonly kind: 'lifted'; readonly orders: OrderReport[] }
  | { readonly kind: 'needs-second'; readonly order: StopOrder; readonly changed: boolean };

interface Appended {
  readonly orders: readonly StopOrder[];
  readonly decision: LiftDecision;
  /** The place of the last event in the log; `null` where there was nothing to say. */
  readonly sequence: number | null;
}

const TRIES_MAX = 5;

/** Ends stops. Every lift names the last thing that it knows of its order, so none happens on an old picture. */
@Injectable()
export class LiftCommands {
  constructor(private readonly control: Control) {}

  /**
   * One report for each chosen order, newest first.
   *
   * @throws ApiProblem `log_unavailable`, `root_cause_required`, `conflict` for an order that the log does not have yet
   */
  async lift(wish: LiftWish): Promise<LiftOutcome> {
    const sinceMs = this.control.parts.clock.monotonicMs();
    const appended = await answering(() => this.append(wish));
    if (appended.decision.kind === 'request') return this.requested(appended);
    return { kind: 'lifted', orders: await this.lifted(wish, appended, sinceMs) };
  }

  private async requested({ orders, sequence }: Appended): Promise<LiftOutcome> {
    const [order] = orders;
    if (!order) throw new Error('a lift that was asked for is one of an order');
    if (sequence !== null) await this.readBack(sequence);
    const now = this.control.view.order(order.orderId) ?? order;
    return { kind: 'needs-second', order: now, changed: sequence !== null };
  }

  private readBack(sequence: number): Promise<unknown> {
    const effect = { sequence, order: null };
    return waitForGateways(this.control, { effect, timeoutMs: 0, sinceMs: null });
  }

  private async lifted(
    wish: LiftWish,
    { orders, sequence }: Appended,
    sinceMs: number,
  ): Promise<OrderReport[]> {
    if (orders.length === 0) return [];
    const changed = new Set(orders.filter(({ lift }) => lift === null).map(idOf));
    const upTo =
      sequence ?? Math.max(...orders.map((order) => order.lift?.sequence ?? order.sequence ?? 0));
    const answer = await waitForGateways(this.control, {
      effect: { sequence: upTo, order: null },
      timeoutMs: sequence === null ? 0 : wish.timeoutMs,
      sinceMs: sequence === null ? null : sinceMs,
    });
    return orders.map((order) => {
      const now = this.control.view.order(order.orderId) ?? order;
      return orderReport(now, liftedProgress(now, answer), changed.has(order.orderId));
    });
  }

  private async append(wish: LiftWish): Promise<Appended> {
    for (let tried = 1; ; tried += 1) {
      await this.control.parts.log.barrier();
      const orders = wish.choose();
      orders.forEach(requireCommitted);
      const decision = decideLift(this.control, wish, orders);
      if (decision.requests.length === 0) return { orders, decision, sequence: null };
      try {
        const { sequence } = await this.control.parts.store.appendAll(decision.requests);
        return { orders, decision, sequence };
      } catch (error) {
        if (!(error instanceof WrongSequenceError) || tried === TRIES_MAX) throw error;
      }
    }
  }
}

const idOf = ({ orderId }: StopOrder): StopOrderId => orderId;

/** What is on a node's disk alone could be appended after its lift, and stand for ever. */
const requireCommitted = ({ orderId, sequence }: StopOrder): void => {
  if (sequence !== null) return;
  const detail = `The order ${orderId} stands, and is not in the control log yet: it can be lifted as soon as it is. Try again shortly.`;
  throw new ApiProblem('conflict', detail, { details: { order_id: orderId } });
};
