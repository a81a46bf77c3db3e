import { Injectable } from '@nestjs/common';
import {
  controlSubject,
  workspaceOf,
  type Actor,
  type ControlEvent,
  type OrderReport,
  type StopOrderId,
} from '#contracts';
import { needsTwoPersons, stopDecider, type StopOrder, type StopState } from '#domain';
import { WrongSequenceError } from '#event-store';
import { ApiProblem, record, toTimestamp } from '#platform';
import { Control } from '../control/control.js';
import { answering } from '../control/log-problem.js';
import { waitForGateways } from '../control/wait-for-gateways.js';
import { orderReport } from './order-report.js';

export interface LiftWish {
  readonly actor: Actor;
  readonly traceId: string;
  readonly reason: string | null;
  readonly cause: 'operator' | 'expiry';
  /** How long to wait for the gateways, milliseconds. */
  readonly timeoutMs: number;
  /** The orders to lift, chosen on the fold as it is after everything that was answered before. All or none are lifted. */
  choose(): readonly StopOrder[];
}

interface Lifted {
  readonly orders: readonly StopOrder[];
  /** The place of the last lift in the log; `null` where there was nothing to lift. */
  readonly sequence: number | null;
}

const TRIES_MAX = 5;

/** Ends stops. Every lift names the last thing that it knows of its order, so none happens on an old picture. */
@Injectable()
export class LiftCommands {
  constructor(private readonly control: Control) {}

  /** One report for each chosen order, newest first. @throws ApiProblem `log_unavailable`, `root_cause_required` */
  async lift(wish: LiftWish): Promise<OrderReport[]> {
    const sinceMs = this.control.parts.clock.monotonicMs();
    const { orders, sequence } = await answering(() => this.liftAll(wish));
    const changed = new Set(orders.filter(({ lift }) => lift === null).map(idOf));
    if (orders.length === 0) return [];
    const upTo =
      sequence ?? Math.max(...orders.map((order) => order.lift?.sequence ?? order.sequence ?? 0));
    const timeoutMs = sequence === null ? 0 : wish.timeoutMs;
    const answer = await waitForGateways(this.control, {
      effect: { sequence: upTo, order: null },
      timeoutMs,
      sinceMs: sequence === null ? null : sinceMs,
    });
    return orders.map((order) => {
      const now = this.control.view.order(order.orderId) ?? order;
      return orderReport(now, answer, changed.has(order.orderId));
    });
  }

  private async liftAll(wish: LiftWish): Promise<Lifted> {
    for (let tried = 1; ; tried += 1) {
      await this.control.parts.log.barrier();
      const orders = wish.choose();
      const requests = orders.flatMap((order) => this.request(wish, order));
      if (requests.length === 0) return { orders, sequence: null };
      try {
        const { sequence } = await this.control.parts.store.appendAll(requests);
        return { orders, sequence };
      } catch (error) {
        if (!(error instanceof WrongSequenceError) || tried === TRIES_MAX) throw error;
      }
    }
  }

  private request(wish: LiftWish, order: StopOrder) {
    const { orderId, org, selector } = order;
    const { reason, cause } = wish;
    const { clock } = this.control.parts;
    const command = {
      type: 'LiftStop',
      orderId,
      reason,
      cause,
      by: wish.actor,
      at: toTimestamp(clock.nowMs()),
      twoPersons: needsTwoPersons(this.control.view, selector),
    } as const;
    const decision = stopDecider.decide(command, stateOf(order));
    if (!decision.accepted) throw refusal(order);
    const workspace = workspaceOf(selector);
    const about = { actor: wish.actor, org, workspace, correlationId: wish.traceId, reason };
    return decision.events.map((fact) => ({
      subject: controlSubject(org, workspace, 'stop', orderId),
      event: record(fact, about, this.control.parts.clock, this.control.parts.ids) as ControlEvent,
      expect: { lastSequence: order.lastSequence },
    }));
  }
}

const idOf = ({ orderId }: StopOrder): StopOrderId => orderId;

const stateOf = ({ orderId, lift, liftRequest, mode, selector, ...order }: StopOrder): StopState =>
  lift === null
    ? {
        status: 'standing',
        mode,
        selector,
        reason: order.reason,
        expiresAt: order.expiresAt,
        liftRequest: liftRequest && { orderId, ...liftRequest },
      }
    : { status: 'lifted', reason: order.reason };

const refusal = ({ orderId }: StopOrder): ApiProblem =>
  new ApiProblem(
    'root_cause_required',
    `${orderId} is a quarantine: write in "reason" what was found and mended, then lift it.`,
    {
      details: {
        order_id: orderId,
        fields: [{ in: 'body', path: 'reason', message: 'is required' }],
      },
    },
  );
