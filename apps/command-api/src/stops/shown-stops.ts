import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type { getStop, OrderReport } from '#contracts';
import { Control } from '../control/control.js';
import { namedActor } from '../control/named-actor.js';
import type { Caller } from '../control/operator.js';
import { BreachRecords } from '../policies/breach-records.js';
import { ReadModel } from '../read-model/read-model.js';
import { findOrderIn } from './order-access.js';
import { orderRecord } from './order-record.js';
import { reportNow } from './order-report.js';

export type ReportedStop = OrderReport & { readonly ok: true };
export type ShownStop = z.infer<typeof getStop.response>;

/** One order with all that is known of it: from the log, from the gateways that speak now, and from the read model. */
@Injectable()
export class ShownStops {
  constructor(
    private readonly control: Control,
    private readonly readModel: ReadModel,
    private readonly breaches: BreachRecords,
  ) {}

  async get({ principal }: Caller, orderId: string): Promise<ShownStop> {
    const isCaughtUp = await this.control.catchUp();
    const { view } = this.control;
    const order = findOrderIn({ view, isCaughtUp }, principal, orderId);
    const [lines, breach] = await Promise.all([
      this.readModel.orderRecord(order.orderId),
      this.breaches.of(order),
    ]);
    const record = orderRecord(lines);
    const report = reportNow(this.control, order, false);
    return { ok: true, ...report, actor: namedActor(view, order.actor), record, breach };
  }
}
