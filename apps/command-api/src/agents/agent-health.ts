import { Injectable } from '@nestjs/common';
import type { Address, AgentMark, HealthStatus } from '#contracts';
import { healthOf } from '#domain';
import { addressIdOf } from '#platform';
import { Control } from '../control/control.js';
import { ReadModel } from '../read-model/read-model.js';

/** The part of an agent's use that its health depends on. */
export interface SignOfLife {
  readonly last_heartbeat_at: string | null;
  readonly metrics: { readonly intents_total: number; readonly intents_failed: number };
}

const STATS_MS_MAX = 500;

/** How agents are: the stop state from the fold, the signs of life from the read model. */
@Injectable()
export class AgentHealth {
  constructor(
    private readonly control: Control,
    private readonly readModel: ReadModel,
  ) {}

  /** `life` is `null` where nothing is known of it: then a running agent is `unknown`. */
  status(address: Address, life: SignOfLife | null): HealthStatus {
    const { view } = this.control;
    const nowMs = this.control.parts.clock.nowMs();
    const lastHeartbeatMs = life?.last_heartbeat_at ? Date.parse(life.last_heartbeat_at) : null;
    const intents = {
      total: life?.metrics.intents_total ?? 0,
      failed: life?.metrics.intents_failed ?? 0,
    };
    return healthOf({ view, address, lastHeartbeatMs, intents, nowMs });
  }

  async mark(address: Address): Promise<AgentMark> {
    const [mark] = await this.marks([address]);
    return mark ?? { address, address_id: addressIdOf(address), health_status: 'unknown' };
  }

  /** The signs of life of stopped agents are not asked for: a kill is answered without Postgres. */
  async marks(addresses: readonly Address[]): Promise<AgentMark[]> {
    const { view, parts } = this.control;
    const nowMs = parts.clock.nowMs();
    const running = addresses.filter(
      (address) => view.strictestHold(address, null, nowMs) === null,
    );
    const stats = running.length === 0 ? null : await this.stats(running, nowMs);
    return addresses.map((address) => ({
      address_id: addressIdOf(address),
      address,
      health_status: this.status(address, stats?.get(address) ?? null),
    }));
  }

  private async stats(addresses: readonly Address[], nowMs: number) {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<null>((resolve) => {
      timer = setTimeout(() => resolve(null), STATS_MS_MAX);
    });
    const asked = this.readModel.stats({ org: null, addresses, window: 'day', nowMs });
    try {
      return await Promise.race([asked, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}
