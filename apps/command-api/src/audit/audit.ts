import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type { Actor, AuditEntry, listAudit } from '#contracts';
import type { AuditLine } from '#database';
import { toTimestamp } from '#platform';
import { findAgent } from '../agents/agent-reference.js';
import { Control } from '../control/control.js';
import type { Caller } from '../control/operator.js';
import { ReadModel } from '../read-model/read-model.js';

export type ListedAudit = z.infer<typeof listAudit.response>;

/** The audit log as the projector keeps it; every line can be found again in the control log by its sequence. */
@Injectable()
export class Audit {
  constructor(
    private readonly control: Control,
    private readonly readModel: ReadModel,
  ) {}

  async list({ principal }: Caller, query: z.infer<typeof listAudit.query>): Promise<ListedAudit> {
    const { limit, cursor, type, address, order_id, actor_id, from, to } = query;
    const lookup = { view: this.control.view, caller: principal };
    const page = await this.readModel.audit({
      org: principal.meshWide ? null : principal.org,
      workspace: principal.workspaceOnly ? principal.workspace : undefined,
      limit,
      cursor,
      filters: {
        eventType: type,
        agent: address && findAgent(lookup, address).address,
        orderId: order_id,
        actor: actor_id,
        since: from && toTimestamp(Date.parse(from)),
        until: to && toTimestamp(Date.parse(to)),
      },
    });
    return { ok: true, entries: page.items.map(entryOf), next_cursor: page.nextCursor };
  }
}

const entryOf = (line: AuditLine): AuditEntry => ({
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
  actor: { kind: line.actor_kind as Actor['kind'], id: line.actor_id, via: line.actor_via },
  reason: line.reason,
  correlation_id: line.correlation_id,
  details: line.details,
});
