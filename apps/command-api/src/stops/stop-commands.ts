import { Injectable } from '@nestjs/common';
import { formatSelector, orgOf, workspaceOf, type OrderReport, type StopOrderId } from '#contracts';
import type { StopOrderedEvent } from '#containment';
import { msOf, type OrderStanding, type StopOrder } from '#domain';
import { ApiProblem, record, stopOrderIdFrom, type Recording } from '#platform';
import { CommandMetrics } from '../command-metrics.js';
import { Control } from '../control/control.js';
import { orderReport, reportNow } from './order-report.js';
import { RepeatedStops } from './repeated-stops.js';
import { isContained, progressOf } from './standing-answer.js';
import { checkWish, limitsOf, type Limits, type StopWish } from './stop-wish.js';

/** The answer to a stop, and whether what the caller wanted to wait for was reached. */
export interface StopAnswer {
  readonly report: OrderReport;
  readonly waitMet: boolean;
}

interface Placed {
  readonly orderId: StopOrderId;
  readonly changed: boolean;
}

/** A disk that takes no order for so long, while the log takes none either, is told of. */
const DURABLE_MS_MAX = 2_000;

/**
 * Orders stops. A stop is never refused for what stands already: operators retry it under pressure. It needs no log: it is
 * on this node's disk and pushed to every gateway before anything is answered, and in the log as soon as there is one.
 */
@Injectable()
export class StopCommands {
  constructor(
    private readonly control: Control,
    private readonly repeats: RepeatedStops,
    private readonly metrics: CommandMetrics,
  ) {}

  /** @throws ApiProblem `log_unavailable` when neither the log nor this node's disk takes the order */
  async order(wish: StopWish): Promise<StopAnswer> {
    checkWish(wish);
    const sinceMs = this.control.parts.clock.monotonicMs();
    const limits = limitsOf(wish, this.control.parts.clock.nowMs());
    const orderId = this.newId(wish);
    const placed =
      this.placed(wish, orderId) ??
      (await this.repeat(wish, limits)) ??
      (await this.place(wish, orderId, limits));
    return this.answer(wish, placed, sinceMs);
  }

  /**
   * What this very request placed before, maybe a moment ago and through another node: it has a key then, and is told what it did.
   *
   * @throws ApiProblem `idempotency_conflict` once it was lifted
   */
  private placed(wish: StopWish, orderId: StopOrderId): Placed | null {
    const { view } = this.control;
    const known = view.order(orderId);
    if (known?.lift || (known === null && view.everOrdered(orderId))) throw liftedAlready(orderId);
    return known && { orderId, changed: wish.orderId === undefined };
  }

  /** The order that stands already; `null` where none does, it was lifted meanwhile, or nobody can tell. */
  private async repeat(wish: StopWish, limits: Limits): Promise<Placed | null> {
    const { view } = this.control;
    if (wish.orderId !== undefined) return null;
    const oldest = view.standingOn(wish.mode, wish.selector);
    if (oldest === null) return null;
    const stands = endsEarlier(oldest, limits) ? null : await this.repeats.record(wish, oldest);
    if (stands === 'stands') return { orderId: oldest.orderId, changed: false };
    if (stands === 'lifted') return null;
    // It is only known here that it stood. What the log does not have yet, nobody can have lifted.
    const pending = this.pendingOn(wish, limits);
    if (pending === null) return null;
    void this.repeats.recordLater(wish, pending);
    return { orderId: pending.orderId, changed: false };
  }

  private pendingOn({ mode, selector }: StopWish, limits: Limits): StopOrder | null {
    const scope = formatSelector(selector);
    for (const order of this.control.view.standing(orgOf(selector))) {
      const isPending = order.sequence === null && order.mode === mode;
      if (!isPending || formatSelector(order.selector) !== scope) continue;
      if (!endsEarlier(order, limits)) return order;
    }
    return null;
  }

  private async place(wish: StopWish, orderId: StopOrderId, limits: Limits): Promise<Placed> {
    const isDurable = await this.control.parts.node.order(
      this.event(wish, orderId, limits),
      DURABLE_MS_MAX,
    );
    if (!isDurable) throw onNoDisk(orderId, this.control.parts.node.standing(orderId));
    return { orderId, changed: true };
  }

  private newId({ caller, mode, selector, orderId }: StopWish): StopOrderId {
    const { idempotencyKey: key, principal } = caller;
    if (orderId !== undefined) return orderId;
    return key === null
      ? this.control.parts.ids.stopOrderId()
      : stopOrderIdFrom({ org: orgOf(selector), actor: principal.keyId, key, mode, selector });
  }

  private event(wish: StopWish, orderId: StopOrderId, limits: Limits): StopOrderedEvent {
    const { mode, selector, caller, details } = wish;
    const reason = details.reason ?? null;
    const about: Recording = {
      actor: caller.actor,
      org: orgOf(selector),
      workspace: workspaceOf(selector),
      correlationId: caller.traceId,
      reason,
    };
    const data = { orderId, mode, selector, reason, ...limits };
    const { clock, ids } = this.control.parts;
    return record({ type: 'StopOrdered', data }, about, clock, ids) as StopOrderedEvent;
  }

  private async answer(wish: StopWish, placed: Placed, sinceMs: number): Promise<StopAnswer> {
    const { orderId, changed } = placed;
    const { node, regions, clock } = this.control.parts;
    const { wait, timeout_ms } = wish.details;
    const standing = await node.until(orderId, reachedBy[wait], timeout_ms);
    const order = this.control.view.order(orderId);
    if (order === null) throw new Error(`the order ${orderId} is not in the fold`);
    if (order.lift !== null) return liftedMeanwhile(this.control, wish, order);
    const report = orderReport(order, progressOf(order, standing, regions), changed);
    this.metrics.stopAnswered(report, clock.monotonicMs() - sinceMs, wait === 'contained');
    return { report, waitMet: standing !== null && isMet(wait, standing) };
  }
}

type Wait = StopWish['details']['wait'];

const reachedBy: Record<Wait, (standing: OrderStanding) => boolean> = {
  contained: ({ contained }) => contained,
  committed: ({ committed }) => committed,
  none: () => true,
};

/** Where no gateway is there nothing more is waited for, and nothing was reached. */
const isMet = (wait: Wait, standing: OrderStanding): boolean =>
  wait === 'contained' ? isContained(standing) : reachedBy[wait](standing);

/** An order is lifted once and for all: to answer with it would call an agent stopped that runs. */
const liftedAlready = (orderId: StopOrderId): ApiProblem => {
  const detail = `The order ${orderId} of this request was lifted since; it stops nothing. Order the stop anew, with a new idempotency key.`;
  return new ApiProblem('idempotency_conflict', detail, { details: { order_id: orderId } });
};

/** Somebody else lifted it while it was waited for: that is told. A request that names its order was answered before. */
const liftedMeanwhile = (control: Control, { caller }: StopWish, order: StopOrder): StopAnswer => {
  if (caller.idempotencyKey !== null) throw liftedAlready(order.orderId);
  return { report: reportNow(control, order, true), waitMet: false };
};

const onNoDisk = (orderId: StopOrderId, standing: OrderStanding | null): ApiProblem => {
  const { acked, of } = standing ?? { acked: 0, of: 0 };
  const detail = `The stop ${orderId} was pushed and ${acked} of ${of} gateways say that it is in force, but neither this node's disk nor the control log takes it: if this node ends now it is forgotten. Order it through another control node, too.`;
  return new ApiProblem('log_unavailable', detail, {
    retryAfterSeconds: 1,
    details: { order_id: orderId, effective: { acked, of } },
  });
};

/** A standing time-boxed stop does not do for one that is to last longer: the agent would start by itself. */
const endsEarlier = (standing: StopOrder, { expiresAt }: Limits): boolean =>
  standing.expiresAt !== null && (expiresAt === null || msOf(standing.expiresAt) < msOf(expiresAt));
