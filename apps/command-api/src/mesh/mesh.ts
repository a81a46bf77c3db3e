import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type { FleetEvent, listGateways, listMeshEvents } from '#contracts';
import { findAgent } from '../agents/agent-reference.js';
import { toTimestamp } from '#platform';
import { Control } from '../control/control.js';
import type { Caller } from '../control/operator.js';
import { gatewayEntries } from '../gateways/gateway-entries.js';
import { ReadModel } from '../read-model/read-model.js';

export type ListedEvents = z.infer<typeof listMeshEvents.response>;
export type ListedGateways = z.infer<typeof listGateways.response>;

/** The mesh itself: its gateways, and the facts of the fleet. */
@Injectable()
export class Mesh {
  constructor(
    private readonly control: Control,
    private readonly readModel: ReadModel,
  ) {}

  /** Without the log they are those that this node knows of. */
  async gateways(): Promise<ListedGateways> {
    await this.control.catchUp();
    const { view } = this.control;
    const gateways = gatewayEntries(this.control);
    return { ok: true, position: view.position, gateways };
  }

  async events(
    { principal }: Caller,
    query: z.infer<typeof listMeshEvents.query>,
  ): Promise<ListedEvents> {
    const { limit, cursor, event_type, address, from, to } = query;
    const field = { in: 'query', path: 'address' } as const;
    const lookup = { view: this.control.view, caller: principal, field };
    const page = await this.readModel.events({
      org: principal.meshWide ? null : principal.org,
      workspace: principal.workspaceOnly ? principal.workspace : undefined,
      limit,
      cursor,
      filters: {
        eventType: event_type,
        agent: address && findAgent(lookup, address).address,
        since: from && toTimestamp(Date.parse(from)),
        until: to && toTimestamp(Date.parse(to)),
      },
    });
    return { ok: true, events: page.items as FleetEvent[], next_cursor: page.nextCursor };
  }
}
