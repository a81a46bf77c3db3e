import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type { whyAgent } from '#contracts';
import { Control } from '../control/control.js';
import type { Caller } from '../control/operator.js';
import { BreachRecords } from '../policies/breach-records.js';
import { restrictionView } from '../policies/policy-entries.js';
import { holdingOrder, strictestFirst } from '../stops/order-report.js';
import { AgentHealth } from './agent-health.js';
import { findAgent } from './agent-reference.js';

export type WhyHeld = z.infer<typeof whyAgent.response>;

/** Why an agent cannot do what it would: orders, and what policies left it. */
@Injectable()
export class AgentWhy {
  constructor(
    private readonly control: Control,
    private readonly health: AgentHealth,
    private readonly breaches: BreachRecords,
  ) {}

  /** Every standing order that covers the agent, narrowed ones too, the strictest first. */
  async why(caller: Caller, agent: string): Promise<WhyHeld> {
    await this.control.catchUp();
    const { address, record } = findAgent(
      { view: this.control.view, caller: caller.principal },
      agent,
    );
    const { view, parts } = this.control;
    const nowMs = parts.clock.nowMs();
    const orders = strictestFirst(view.holding(address));
    const breaches = await this.breaches.ofAll(orders);
    const held_by = orders.map((order, index) => ({
      ...holdingOrder(order),
      breach: breaches[index] ?? null,
    }));
    const restricted_by = [...view.policies.restrictionsOf(address)]
      .filter(({ untilMs }) => untilMs > nowMs)
      .map(restrictionView);
    const hold = view.strictestHold(address, null, nowMs);
    return {
      ok: true,
      agent: await this.health.mark(address),
      registered: record !== null,
      held: held_by.length > 0,
      mode: hold?.mode ?? null,
      held_by,
      restricted_by,
    };
  }
}
