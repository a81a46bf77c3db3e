import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type { getStop, OrderReport } from '#contracts';
import type { StopOrder } from '#domain';
import { Control } from '../control/control.js';
import { namedActor } from '../control/named-actor.js';
import type { Caller } from '../control/operator.js';
import { gatewaysNow } from '../control/wait-for-gateways.js';
import { ReadModel } from '../read-model/read-model.js';
import { findOrder } from './order-access.js';
import { orderRecord } from './order-record.js';
import { orderReport } from './order-report.js';

export type ReportedStop = OrderReport & { readonly ok: true };
export type ShownStop = z.infer<typeof getStop.response>;

/** One order with all that is known of it: from the log, from the gateways that speak now, and from the read model. */
@Injectable()
export class ShownStops {
  constructor(
    private readonly control: Control,
    private readonly readModel: ReadModel,
  ) {}

  async get({ principal }: Caller, orderId: string): Promise<ShownStop> {
    await this.control.barrier();
    const { view } = this.control;
    const order = findOrder(view, principal, orderId);
    const record = orderRecord(await this.readModel.orderRecord(order.orderId));
    const report = reportNow(this.control, order, false);
    return { ...report, actor: namedActor(view, order.actor), record };
  }
}

/** The order and what its gateways are known to have applied, without waiting. */
export const reportNow = (control: Control, order: StopOrder, changed: boolean): ReportedStop => {
  const effect = { sequence: order.lift?.sequence ?? order.sequence ?? 0, order };
  const now = gatewaysNow(control, { effect, sinceMs: null });
  return { ok: true, ...orderReport(order, now, changed) };
};
