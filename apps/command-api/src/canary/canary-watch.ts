import { Injectable } from '@nestjs/common';
import type { RegionName, StopOrderId, Timestamp } from '#contracts';
import type { OrderStanding } from '#domain';
import type { StoredControl } from '#platform';
import { Control } from '../control/control.js';
import { Armings } from './armings.js';
import { canaryOf, canaryRegionOf } from './canary-agent.js';

/** A canary that is not stopped everywhere by then has failed. */
const STOPPED_WITHIN_MS = 5_000;

/** Watches every canary that any node stops, and remembers which region proved that it can. */
@Injectable()
export class CanaryWatch {
  constructor(
    private readonly control: Control,
    private readonly armings: Armings,
  ) {}

  /** To be told of every event of the log: a canary is one of the stops. */
  heard({ decoded }: StoredControl): void {
    if (!decoded.known || decoded.event.type !== 'StopOrdered') return;
    const { data, at } = decoded.event;
    const region = canaryRegionOf(data.selector);
    if (region !== null) void this.follow(region, data.orderId, at);
  }

  private async follow(region: RegionName, orderId: StopOrderId, at: Timestamp): Promise<void> {
    const { node } = this.control.parts;
    let slowestMs: number | null = null;
    const isStopped = (standing: OrderStanding): boolean => {
      const here = this.of(region, standing);
      slowestMs = Math.round(Math.max(0, ...here.map((one) => one.appliedAfterMs ?? 0)));
      return here.length > 0 && here.every(({ state }) => state === 'acked');
    };
    const standing = await node.until(orderId, isStopped, STOPPED_WITHIN_MS);
    // Lifted before all was heard: it says nothing about the region.
    if (standing === null) return;
    const common = { agent: canaryOf(region), at, resumed_after_ms: null };
    if (isStopped(standing)) {
      const entry = {
        ...common,
        state: 'passed',
        halted_after_ms: slowestMs,
        problem: null,
      } as const;
      return this.armings.passed(region, entry);
    }
    const late = this.of(region, standing).filter(({ state }) => state !== 'acked');
    const names = late.map(({ gateway }) => gateway).join(', ') || 'no gateway is there';
    const problem = `not stopped by every gateway within ${STOPPED_WITHIN_MS} ms: ${names}`;
    this.armings.failed(region, { ...common, state: 'failed', halted_after_ms: null, problem });
  }

  private of(region: RegionName, { gateways }: OrderStanding) {
    const { regions } = this.control.parts;
    return gateways.filter(({ gateway }) => regions.of(gateway) === region);
  }
}
