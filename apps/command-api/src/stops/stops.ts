import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import {
  controlSubject,
  workspaceOf,
  type amendStop,
  type LiftReport,
  type liftStop,
  type listStops,
  type OrderReport,
  type orderStop,
  type StopPlan,
} from '#contracts';
import { stopDecider, type StopOrder } from '#domain';
import { ApiProblem, pageOf } from '#platform';
import { AgentHealth } from '../agents/agent-health.js';
import { Control } from '../control/control.js';
import { actorOf, type Caller } from '../control/operator.js';
import { waitForGateways } from '../control/wait-for-gateways.js';
import { LiftCommands } from './lift-commands.js';
import { findOrder, findOwnOrder, maySeeOrder } from './order-access.js';
import { reportNow, type ReportedStop } from './shown-stops.js';
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

  async list({ principal }: Caller, query: z.infer<typeof listStops.query>): Promise<ListedStops> {
    await this.control.barrier();
    const { state, mode, limit, cursor } = query;
    const orders = this.control.view
      .orders(principal.meshWide ? undefined : principal.org)
      .filter((order) => maySeeOrder(principal, order))
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
      actor: actorOf(caller.principal),
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
    if (!outcome.accepted)
      throw new ApiProblem('not_found', `There is no stop order ${orderId} here.`);
    const effect = { sequence: outcome.sequence, order: null };
    await waitForGateways(this.control, { effect, timeoutMs: 0, sinceMs: null });
    return reportNow(this.control, findOrder(view, caller.principal, orderId), outcome.changed);
  }

  async lift(
    caller: Caller,
    orderId: string,
    body: z.infer<typeof liftStop.body>,
  ): Promise<LiftReport> {
    const reason = body.reason ?? null;
    const [report] = await this.lifts.lift({
      actor: actorOf(caller.principal),
      traceId: caller.traceId,
      reason,
      cause: 'operator',
      timeoutMs: body.wait === 'contained' ? body.timeout_ms : 0,
      choose: () => [
        withReason(findOwnOrder(this.control.view, caller.principal, orderId), reason),
      ],
    });
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

/** Our own routes ask why a stop is lifted; the decider asks a quarantine for its root cause by itself. */
const withReason = (order: StopOrder, reason: string | null): StopOrder => {
  if (reason !== null || order.lift !== null || order.mode === 'quarantine') return order;
  const detail = 'Write in "reason" why the stop can be lifted: what was found and mended.';
  throw new ApiProblem('reason_required', detail, {
    details: { fields: [{ in: 'body', path: 'reason', message: 'is required' }] },
  });
};
