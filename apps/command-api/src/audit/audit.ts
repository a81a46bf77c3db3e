import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type { Actor, AuditEntry, listAudit, RefusalsOfGateway, StopOrderId } from '#contracts';
import type { AuditLine } from '#database';
import type { ControlView } from '#domain';
import { toTimestamp } from '#platform';
import { findAgent } from '../agents/agent-reference.js';
import { Control } from '../control/control.js';
import { namedActor } from '../control/named-actor.js';
import type { Caller, Operator } from '../control/operator.js';
import { ReadModel } from '../read-model/read-model.js';
import { maySeeOrder } from '../stops/order-access.js';
import { refusalsByGateway } from '../stops/order-record.js';

export type ListedAudit = z.infer<typeof listAudit.response>;

/** The audit log as the projector keeps it; every line can be found again in the control log by its sequence. */
@Injectable()
export class Audit {
  constructor(
    private readonly control: Control,
    private readonly readModel: ReadModel,
  ) {}

  async list({ principal }: Caller, query: z.infer<typeof listAudit.query>): Promise<ListedAudit> {
    const { limit, cursor, type, address, order_id, actor_id, from, to, include } = query;
    const field = { in: 'query', path: 'address' } as const;
    const lookup = { view: this.control.view, caller: principal, field };
    const page = await this.readModel.audit({
      org: principal.meshWide ? null : principal.org,
      workspace: principal.workspaceOnly ? principal.workspace : undefined,
      limit,
      cursor,
      refusals: include === 'refusals',
      filters: {
        eventType: type,
        agent: address && findAgent(lookup, address).address,
        orderId: order_id,
        actor: actor_id,
        since: from && toTimestamp(Date.parse(from)),
        until: to && toTimestamp(Date.parse(to)),
      },
    });
    return {
      ok: true,
      entries: page.items.map((line) => entryOf(this.control.view, line)),
      ...(order_id !== undefined && { refusals: await this.refusals(principal, order_id) }),
      next_cursor: page.nextCursor,
    };
  }

  /** None for an order that the caller may not see: the same as for one that there never was. */
  private async refusals(principal: Operator, orderId: string): Promise<RefusalsOfGateway[]> {
    const lines = await this.readModel.refusals(orderId);
    const order = this.control.view.order(orderId as StopOrderId);
    return order !== null && maySeeOrder(principal, order) ? refusalsByGateway(lines) : [];
  }
}

const entryOf = (view: ControlView, line: AuditLine): AuditEntry => ({
  stream: line.stream as AuditEntry['stream'],
  sequence: line.sequence,
  event_id: line.event_id,
  type: line.type,
  event_type: line.mesh_event,
  at: line.at,
  org: line.org,
  workspace: line.workspace,
  address: line.address,
  order_id: line.order_id,
  actor: namedActor(view, {
    kind: line.actor_kind as Actor['kind'],
    id: line.actor_id,
    via: line.actor_via,
  }),
  reason: line.reason,
  correlation_id: line.correlation_id,
  details: line.details,
  refused: line.refused as AuditEntry['refused'],
});
