import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type { AgentMark, killAgent, OrderReport, resumeAgent, StopMode } from '#contracts';
import { resumptionOf, type StopOrder } from '#domain';
import { ApiProblem } from '#platform';
import { Control } from '../control/control.js';
import type { Caller } from '../control/operator.js';
import { LiftCommands } from '../stops/lift-commands.js';
import { holdingOrder } from '../stops/order-report.js';
import { StopCommands } from '../stops/stop-commands.js';
import { findAgent, type AgentReference } from './agent-reference.js';
import { AgentHealth } from './agent-health.js';

type StopBody = z.infer<typeof killAgent.body>;
type ResumeBody = z.infer<typeof resumeAgent.body>;

export interface StoppedAgent {
  readonly ok: true;
  readonly agent: AgentMark;
  readonly order: OrderReport;
}

export interface ResumedAgent {
  readonly ok: true;
  readonly changed: boolean;
  readonly agent: AgentMark;
  readonly order: OrderReport | null;
  readonly orders: OrderReport[];
}

/** Stops and resumes one agent, named by its id or its address. */
@Injectable()
export class AgentStops {
  constructor(
    private readonly control: Control,
    private readonly stops: StopCommands,
    private readonly lifts: LiftCommands,
    private readonly health: AgentHealth,
  ) {}

  async stop(
    caller: Caller,
    agent: string,
    stop: StopBody & { mode: StopMode },
  ): Promise<StoppedAgent> {
    const { mode, ...details } = stop;
    const { address } = await this.find(caller, agent);
    const { report } = await this.stops.order({
      caller,
      mode,
      selector: { agent: address },
      details: { ...details },
    });
    return { ok: true, agent: await this.health.mark(address), order: report };
  }

  /** @throws ApiProblem `held_by_wider_stop` where lifting the agent's own orders would not free it: nothing is lifted */
  async resume(caller: Caller, agent: string, body: ResumeBody): Promise<ResumedAgent> {
    await this.control.barrier();
    const found = await this.find(caller, agent);
    const outcome = await this.lifts.lift({
      actor: caller.actor,
      traceId: caller.traceId,
      reason: body.reason ?? null,
      cause: 'operator',
      timeoutMs: body.wait === 'contained' ? body.timeout_ms : 0,
      choose: () => this.ownOrders(found),
    });
    if (outcome.kind !== 'lifted') throw new Error('one agent is resumed by one person');
    const { orders } = outcome;
    const changed = orders.some((order) => order.changed);
    return {
      ok: true,
      changed,
      agent: await this.health.mark(found.address),
      order: orders[0] ?? null,
      orders,
    };
  }

  private ownOrders({ address }: AgentReference): readonly StopOrder[] {
    const resumption = resumptionOf(this.control.view, address);
    switch (resumption.kind) {
      case 'nothing-held':
        return [];
      case 'held-wider':
        throw heldByWider(address, resumption.orders);
      case 'lift':
        return [...resumption.orders].reverse();
    }
  }

  /** An id that is not known yet may be news to this node alone. @throws ApiProblem `log_unavailable` where nobody can tell */
  private async find(caller: Caller, agent: string): Promise<AgentReference> {
    const lookup = { view: this.control.view, caller: caller.principal };
    try {
      return findAgent(lookup, agent);
    } catch (error) {
      if (!(error instanceof ApiProblem) || error.code !== 'not_found') throw error;
      if (!(await this.control.catchUp())) throw cannotTell(agent);
      return findAgent(lookup, agent);
    }
  }
}

const cannotTell = (agent: string): ApiProblem =>
  new ApiProblem(
    'log_unavailable',
    `Nobody of the name ${agent.slice(0, 200)} is known here, and the control log, which may know more, does not answer. Name the agent by its address (agent://org/workspace/name): that needs no log.`,
    { retryAfterSeconds: 1 },
  );

const heldByWider = (address: string, wider: readonly StopOrder[]): ApiProblem => {
  const names = wider.map(({ orderId }) => orderId).join(', ');
  const detail = `${address} is held by a wider stop (${names}). Nothing was lifted; lift that order first, if you mean it.`;
  return new ApiProblem('held_by_wider_stop', detail, {
    details: { held_by: wider.slice(0, 100).map(holdingOrder) },
  });
};
