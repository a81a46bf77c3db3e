import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import {
  controlSubject,
  workspaceOf,
  type amendStop,
  type LiftReport,
  type liftStop,
  type listStops,
  type NeedsSecond,
  type OrderReport,
  type orderStop,
  type StopPlan,
  type Timestamp,
} from '#contracts';
import { stopDecider, type ControlView, type StopOrder } from '#domain';
import { ApiProblem, pageOf, toTimestamp } from '#platform';
import { AgentHealth } from '../agents/agent-health.js';
import { canaryRegionOf } from '../canary/canary-agent.js';
import { Control } from '../control/control.js';
import type { Caller } from '../control/operator.js';
import { waitForGateways } from '../control/wait-for-gateways.js';
import { namedActor } from '../control/named-actor.js';
import { LiftCommands, type LiftOutcome } from './lift-commands.js';
import { logNowMs } from './lift-decision.js';
import { findOrder, findOwnOrder, maySeeOrder } from './order-access.js';
import { reportNow } from './order-report.js';
import type { ReportedStop } from './shown-stops.js';
import { reachableSelector } from './selectors.js';
import { StopCommands } from './stop-commands.js';
import { matchedAgents, planStop, requirePlan } from './stop-plan.js';

type Body = z.infer<typeof orderStop.body>;
export type ListedStops = z.infer<typeof listStops.response>;

const HELD_SHOWN_MAX = 100;

/** Stop orders by selector: ordered, looked at, amended, lifted. */
@Injectable()
export class Stops {
  constructor(
    private readonly control: Control,
    private readonly commands: StopCommands,
    private readonly lifts: LiftCommands,
    private readonly health: AgentHealth,
  ) {}

  /** `waitMet: false`: the order stands, and what the caller waits for has not been reached yet. */
  async order(
    caller: Caller,
    body: Body,
  ): Promise<{ body: ReportedStop | StopPlan; waitMet: boolean }> {
    const { mode, selector: input, dry_run, plan, ...details } = body;
    const { view } = this.control;
    const selector = reachableSelector(view, caller.principal, input);
    if (dry_run || plan !== undefined) await this.control.barrier();
    if (plan !== undefined) requirePlan(view, plan, { mode, selector });
    if (dry_run) return { body: planStop(view, mode, selector), waitMet: true };
    const { report, waitMet } = await this.commands.order({ caller, mode, selector, details });
    return { body: { ok: true, ...report }, waitMet };
  }

  /** Without the log they are those that this node knows of. */
  async list({ principal }: Caller, query: z.infer<typeof listStops.query>): Promise<ListedStops> {
    await this.control.catchUp();
    const { state, mode, limit, cursor } = query;
    const orders = this.control.view
      .orders(principal.meshWide ? undefined : principal.org)
      .filter((order) => maySeeOrder(principal, order))
      // Of no interest but to the doctor, and there would be little else to see.
      .filter(({ selector }) => canaryRegionOf(selector) === null)
      .filter((order) => state === 'all' || (order.lift === null) === (state === 'standing'))
      .filter((order) => mode === undefined || order.mode === mode);
    const page = pageOf(orders, { limit, cursor, keyOf: ({ orderId }) => orderId });
    const reports = page.items.map((order) => reportNow(this.control, order, false));
    return { ok: true, orders: reports, next_cursor: page.next_cursor };
  }

  async amend(
    caller: Caller,
    named: string,
    body: z.infer<typeof amendStop.body>,
  ): Promise<ReportedStop> {
    await this.control.barrier();
    const { view } = this.control;
    const { org, selector, orderId } = findOwnOrder(view, caller.principal, named);
    const workspace = workspaceOf(selector);
    const { reason } = body;
    const about = {
      actor: caller.actor,
      org,
      workspace,
      correlationId: caller.traceId,
      reason,
    };
    const outcome = await this.control.decide({
      subject: controlSubject(org, workspace, 'stop', orderId),
      decider: stopDecider,
      command: { type: 'GiveReason', orderId, reason },
      about,
    });
    if (!outcome.accepted) {
      const detail = `The order ${orderId} stands, and is not in the control log yet: give its reason as soon as it is.`;
      throw new ApiProblem('conflict', detail, { details: { order_id: orderId } });
    }
    const effect = { sequence: outcome.sequence, order: null };
    await waitForGateways(this.control, { effect, timeoutMs: 0, sinceMs: null });
    const order = findOrder(view, caller.principal, orderId);
    return { ok: true, ...reportNow(this.control, order, outcome.changed) };
  }

  /** `needs_second`: nothing is lifted before another person has said the same. */
  async lift(
    caller: Caller,
    orderId: string,
    body: z.infer<typeof liftStop.body>,
  ): Promise<LiftReport | NeedsSecond> {
    const reason = body.reason ?? null;
    const outcome = await this.lifts.lift({
      actor: caller.actor,
      traceId: caller.traceId,
      reason,
      cause: 'operator',
      timeoutMs: body.wait === 'contained' ? body.timeout_ms : 0,
      choose: () => {
        const order = findOwnOrder(this.control.view, caller.principal, orderId);
        requireReason(order, reason, toTimestamp(logNowMs(this.control)));
        return [order];
      },
    });
    if (outcome.kind === 'needs-second') return needsSecond(this.control.view, outcome);
    const [report] = outcome.orders;
    if (!report) throw new Error('a chosen order has a report');
    return { ok: true, ...report, still_held: await this.stillHeld(report) };
  }

  private async stillHeld({ selector }: OrderReport): Promise<LiftReport['still_held']> {
    const { view } = this.control;
    const held = matchedAgents(view, selector).filter(
      ({ address }) => view.holding(address).length > 0,
    );
    return this.health.marks(held.slice(0, HELD_SHOWN_MAX).map(({ address }) => address));
  }
}

/**
 * Our own routes ask why a stop is lifted, of one person; the decider asks a quarantine for its root cause by itself.
 */
const requireReason = (order: StopOrder, reason: string | null, now: Timestamp): void => {
  if (reason !== null || order.lift !== null || order.mode === 'quarantine') return;
  const { liftRequest } = order;
  if (liftRequest !== null && liftRequest.reason !== null && now < liftRequest.expiresAt) return;
  const detail = 'Write in "reason" why the stop can be lifted: what was found and mended.';
  throw new ApiProblem('reason_required', detail, {
    details: { fields: [{ in: 'body', path: 'reason', message: 'is required' }] },
  });
};

const needsSecond = (
  view: ControlView,
  { order, changed }: Extract<LiftOutcome, { kind: 'needs-second' }>,
): NeedsSecond => {
  const { orderId, liftRequest } = order;
  if (liftRequest === null) throw new Error('a request that was recorded is in the fold');
  return {
    ok: true,
    state: 'needs_second',
    order_id: orderId,
    requested_by: namedActor(view, liftRequest.by),
    requested_at: liftRequest.at,
    reason: liftRequest.reason,
    expires_at: liftRequest.expiresAt,
    changed,
  };
};
