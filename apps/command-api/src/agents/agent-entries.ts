import { Injectable } from '@nestjs/common';
import type { Address, HealthStatus, MeshAgent, StopMark } from '#contracts';
import type { AgentStats, UsageWindow } from '#database';
import type { AgentRecord } from '#domain';
import { Control } from '../control/control.js';
import type { Operator } from '../control/operator.js';
import { ReadModel } from '../read-model/read-model.js';
import { AgentHealth } from './agent-health.js';

/** By address; `null` where the read model is away. */
export type StatsByAddress = ReadonlyMap<string, AgentStats> | null;

/** An agent as lists show it: what it is and whether it is stopped from the fold, the rest from the read model. */
@Injectable()
export class AgentEntries {
  constructor(
    private readonly control: Control,
    private readonly readModel: ReadModel,
    private readonly healths: AgentHealth,
  ) {}

  stats(
    principal: Operator,
    window: UsageWindow,
    addresses?: readonly Address[],
  ): Promise<StatsByAddress> {
    const { org, workspace, workspaceOnly, meshWide } = principal;
    return this.readModel.stats({
      org: meshWide ? null : org,
      workspace: workspaceOnly ? workspace : undefined,
      addresses,
      window,
      nowMs: this.control.parts.clock.nowMs(),
    });
  }

  health({ address }: AgentRecord, stats: StatsByAddress): HealthStatus {
    return this.healths.status(address, stats?.get(address) ?? null);
  }

  entry(record: AgentRecord, stats: StatsByAddress): MeshAgent {
    const stop = this.stopMark(record.address);
    return {
      address_id: record.addressId,
      address: record.address,
      display_name: record.displayName ?? record.name,
      health_status: this.health(record, stats),
      created_at: record.createdAt,
      metadata: record.metadata,
      tags: [...record.tags],
      revoked: record.revoked,
      ...(record.parent !== null && { parent: record.parent }),
      ...useOf(stats?.get(record.address)),
      ...(stop && { stop }),
    };
  }

  private stopMark(address: Address): StopMark | null {
    const hold = this.control.view.strictestHold(address, null, this.control.parts.clock.nowMs());
    if (hold === null) return null;
    const { orderId, orderedAt, reason } = hold.order;
    return { mode: hold.mode, order_id: orderId, since: orderedAt, reason };
  }
}

const useOf = (stats: AgentStats | undefined) => ({
  last_heartbeat_at: stats?.last_heartbeat_at ?? null,
  intents_period: stats?.intents_period ?? 0,
  cost_period: stats?.cost_period ?? 0,
});
