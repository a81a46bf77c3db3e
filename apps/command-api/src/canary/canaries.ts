import { Injectable } from '@nestjs/common';
import type { Actor, KeyId, RegionName, StopOrderId } from '#contracts';
import type { StopOrder } from '#domain';
import { Control } from '../control/control.js';
import type { Caller, Operator } from '../control/operator.js';
import { LiftCommands } from '../stops/lift-commands.js';
import { StopCommands } from '../stops/stop-commands.js';
import { Armings } from './armings.js';
import { CANARY_ORG, CANARY_WORKSPACE, canaryOf, canaryRegionOf } from './canary-agent.js';

/** A canary is waited for so long, milliseconds. */
const WAIT_MS = 2_000;
/** After a try that failed, and for a region that is new. */
const AGAIN_AFTER_MS = 5_000;
const REASON = 'a canary: stopped and resumed to prove that a stop takes hold';

/**
 * Stops and resumes one agent in each region, again and again, through what every stop goes through: a mesh that could not
 * stop is found out before it has to. Of all control nodes the member with the lowest id does it.
 */
@Injectable()
export class Canaries {
  private readonly triedAtMs = new Map<RegionName, number>();

  constructor(
    private readonly control: Control,
    private readonly stops: StopCommands,
    private readonly lifts: LiftCommands,
    private readonly armings: Armings,
  ) {}

  /** @param everyMs how often each region has its turn */
  async run(everyMs: number): Promise<void> {
    if (!this.isMyTurn()) return;
    for (const order of this.leftOver()) await this.resume(order);
    const due = [...this.regions()].filter((region) => this.isDue(region, everyMs));
    await Promise.all(due.map((region) => this.try(region)));
  }

  /** Without the log a canary could not be resumed. */
  private isMyTurn(): boolean {
    const { view, parts } = this.control;
    const { node } = parts;
    const [first] = view.nodes();
    return first?.node === node.id && node.isMember && node.connected && !node.isRolledBack;
  }

  private regions(): Set<RegionName> {
    return new Set(this.control.view.gateways().map(({ region }) => region));
  }

  private isDue(region: RegionName, everyMs: number): boolean {
    const sinceMs = this.nowMs() - (this.triedAtMs.get(region) ?? -Infinity);
    const ageSeconds = this.armings.ageSeconds(region);
    const isFresh = ageSeconds !== null && ageSeconds * 1000 < everyMs;
    return !isFresh && sinceMs >= Math.min(everyMs, AGAIN_AFTER_MS);
  }

  private async try(region: RegionName): Promise<void> {
    this.triedAtMs.set(region, this.nowMs());
    const { report } = await this.stops.order({
      caller: this.caller(),
      mode: 'halt',
      selector: { agent: canaryOf(region) },
      details: { wait: 'contained', timeout_ms: WAIT_MS, reason: REASON },
    });
    const order = this.control.view.order(report.order_id);
    if (order !== null && order.lift === null && order.sequence !== null) await this.resume(order);
  }

  private async resume({ orderId, selector, orderedAt }: StopOrder): Promise<void> {
    const startedMs = this.nowMs();
    const { actor } = this.caller();
    await this.lifts.lift({
      actor,
      traceId: orderId,
      reason: REASON,
      cause: 'operator',
      timeoutMs: WAIT_MS,
      choose: () => this.stillStanding(orderId),
    });
    const region = canaryRegionOf(selector);
    if (region !== null)
      this.armings.resumed(region, orderedAt, Math.round(this.nowMs() - startedMs));
  }

  private stillStanding(orderId: StopOrderId): StopOrder[] {
    const order = this.control.view.order(orderId);
    return order !== null && order.lift === null ? [order] : [];
  }

  /** Of a forerunner that could not end what it began. */
  private leftOver(): StopOrder[] {
    return [...this.control.view.standing(CANARY_ORG)].filter(
      ({ selector, sequence }) => sequence !== null && canaryRegionOf(selector) !== null,
    );
  }

  private caller(): Caller {
    const { id } = this.control.parts.node;
    const actor: Actor = { kind: 'node', id, via: 'canary' };
    return { principal: NOBODY, actor, traceId: `canary-${id}`, idempotencyKey: null };
  }

  private nowMs(): number {
    return this.control.parts.clock.monotonicMs();
  }
}

/** No key: it reaches nothing but the canaries. */
const NOBODY: Operator = {
  kind: 'op',
  keyId: 'canary0000000000' as KeyId,
  name: 'canary',
  org: CANARY_ORG,
  workspace: CANARY_WORKSPACE,
  workspaceOnly: true,
  meshWide: false,
  roles: [],
  permissions: new Set(),
};
