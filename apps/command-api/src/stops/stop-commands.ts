import { Injectable } from '@nestjs/common';
import { controlSubject, orgOf, workspaceOf, type OrderReport, type StopOrderId } from '#contracts';
import { msOf, stopDecider, type StopCommand, type StopOrder } from '#domain';
import { ApiProblem, stopOrderIdFrom, type Recording } from '#platform';
import { CommandMetrics } from '../command-metrics.js';
import { Control } from '../control/control.js';
import { actorOf } from '../control/operator.js';
import { waitForGateways } from '../control/wait-for-gateways.js';
import { isEverywhere, orderReport } from './order-report.js';
import { checkWish, limitsOf, type Limits, type StopWish } from './stop-wish.js';

/** The answer to a stop, and whether what the caller wanted to wait for was reached. */
export interface StopAnswer {
  readonly report: OrderReport;
  readonly waitMet: boolean;
}

interface Placed {
  readonly orderId: StopOrderId;
  /** The order's own place in the log, or the last place known of it. */
  readonly sequence: number;
  readonly changed: boolean;
}

/** Orders stops. A stop is never refused for what stands already: operators retry it under pressure. */
@Injectable()
export class StopCommands {
  constructor(
    private readonly control: Control,
    private readonly metrics: CommandMetrics,
  ) {}

  /** @throws ApiProblem `log_unavailable` when the control log cannot be reached */
  async order(wish: StopWish): Promise<StopAnswer> {
    checkWish(wish);
    const sinceMs = this.control.parts.clock.monotonicMs();
    const limits = limitsOf(wish, this.control.parts.clock.nowMs());
    const placed = (await this.repeat(wish, limits)) ?? (await this.place(wish, limits));
    return this.answer(wish, placed, sinceMs);
  }

  /** The order that stands already, with this repeat on record; `null` where none does or it was lifted meanwhile. */
  private async repeat(wish: StopWish, limits: Limits): Promise<Placed | null> {
    const standing = this.control.view.standingOn(wish.mode, wish.selector);
    if (standing === null || endsEarlier(standing, limits)) return null;
    const { orderId } = standing;
    const reason = wish.details.reason ?? null;
    const task = this.task(wish, { type: 'RepeatStop', orderId, reason });
    const outcome = await this.control.decide(task);
    return outcome.accepted ? { orderId, sequence: standing.sequence ?? 0, changed: false } : null;
  }

  private async place(wish: StopWish, limits: Limits): Promise<Placed> {
    const { mode, selector, details } = wish;
    const orderId = this.newId(wish);
    const reason = details.reason ?? null;
    const command = { type: 'OrderStop', orderId, mode, selector, reason, ...limits } as const;
    const outcome = await this.control.decideNew(this.task(wish, command));
    if (outcome?.accepted) return { orderId, sequence: outcome.sequence, changed: true };
    if (outcome) throw new Error(`a stop was refused: ${outcome.rejection}`);
    // The same request with the same key came through another node, and its order is in the log.
    await this.control.barrier();
    return this.known(orderId);
  }

  private known(orderId: StopOrderId): Placed {
    const order = this.control.view.order(orderId);
    if (order?.lift) throw liftedAlready(order);
    return { orderId, sequence: order?.sequence ?? 0, changed: false };
  }

  private newId({ caller, mode, selector }: StopWish): StopOrderId {
    const { idempotencyKey: key, principal } = caller;
    return key === null
      ? this.control.parts.ids.stopOrderId()
      : stopOrderIdFrom({ org: orgOf(selector), actor: principal.keyId, key, mode, selector });
  }

  private task(wish: StopWish, command: StopCommand) {
    const { selector, caller, details } = wish;
    const about: Recording = {
      actor: actorOf(caller.principal),
      org: orgOf(selector),
      workspace: workspaceOf(selector),
      correlationId: caller.traceId,
      reason: details.reason ?? null,
    };
    const subject = controlSubject(orgOf(selector), workspaceOf(selector), 'stop', command.orderId);
    return { subject, decider: stopDecider, command, about };
  }

  private async answer(wish: StopWish, placed: Placed, sinceMs: number): Promise<StopAnswer> {
    const { wait, timeout_ms } = wish.details;
    const answer = await waitForGateways(this.control, {
      effect: {
        sequence: placed.sequence,
        order: { orderId: placed.orderId, selector: wish.selector },
      },
      sinceMs: placed.changed ? sinceMs : null,
      timeoutMs: wait === 'contained' ? timeout_ms : 0,
    });
    const order = this.control.view.order(placed.orderId);
    if (order === null)
      throw new ApiProblem('log_unavailable', `The order ${placed.orderId} cannot be read yet.`);
    const report = orderReport(order, answer, placed.changed);
    const tookMs = this.control.parts.clock.monotonicMs() - sinceMs;
    this.metrics.stopAnswered(report, tookMs, wait === 'contained');
    return { report, waitMet: wait !== 'contained' || isEverywhere(answer) };
  }
}

/** An order is lifted once and for all: to answer with it would call an agent stopped that runs. */
const liftedAlready = ({ orderId }: StopOrder): ApiProblem => {
  const detail = `The order ${orderId} of this idempotency key was lifted since; it stops nothing. Order the stop with a new key.`;
  return new ApiProblem('idempotency_conflict', detail, { details: { order_id: orderId } });
};

/** A standing time-boxed stop does not do for one that is to last longer: the agent would start by itself. */
const endsEarlier = (standing: StopOrder, { expiresAt }: Limits): boolean =>
  standing.expiresAt !== null && (expiresAt === null || msOf(standing.expiresAt) < msOf(expiresAt));
