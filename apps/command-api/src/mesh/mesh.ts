import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type { FleetEvent, GatewayEntry, listGateways, listMeshEvents } from '#contracts';
import type { GatewayMember } from '#domain';
import { findAgent } from '../agents/agent-reference.js';
import { toTimestamp } from '#platform';
import { Control } from '../control/control.js';
import type { Caller } from '../control/operator.js';
import { ReadModel } from '../read-model/read-model.js';

export type ListedEvents = z.infer<typeof listMeshEvents.response>;
export type ListedGateways = z.infer<typeof listGateways.response>;

const SILENT_MS = 3000;

/** The mesh itself: its gateways, and the facts of the fleet. */
@Injectable()
export class Mesh {
  constructor(
    private readonly control: Control,
    private readonly readModel: ReadModel,
  ) {}

  async gateways(): Promise<ListedGateways> {
    await this.control.barrier();
    const { view } = this.control;
    const gateways = view.gateways().map((member) => this.entry(member));
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

  private entry(member: GatewayMember): GatewayEntry {
    const word = this.control.parts.reports.lastWord(member);
    return {
      gateway: member.gateway,
      region: member.region,
      boot: member.boot,
      url: member.url,
      joined_at: member.joinedAt,
      state: word === null || word.silentForMs > SILENT_MS ? 'silent' : 'serving',
      phase: null,
      fenced: null,
      lease_age_ms: null,
      modes: [...member.modes],
      key_id: member.keyId,
      position: word?.position ?? null,
      behind: word && Math.max(0, this.control.view.position - word.position),
      silent_for_ms: word?.silentForMs ?? null,
    };
  }
}
