import { Injectable } from '@nestjs/common';
import type { GatewayId, Told } from '#contracts';
import type { GatewayMember } from '#domain';
import { factId, toTimestamp } from '#platform';
import { Control } from '../control/control.js';
import { Notifier } from '../webhooks/notifier.js';

/** Shorter than this is the restart of a control node, and no news. */
const FENCED_MS = 5_000;
/** A gateway says how it stands each second. */
const SILENT_MS = 3_000;
/** What several nodes see begin at about the same time is one fence. */
const ONE_FENCE_MS = 60_000;

interface Fence {
  readonly boot: number;
  /** By the wall clock. */
  readonly sinceMs: number;
  told: boolean;
}

/**
 * Tells webhooks of gateways that admit nothing, or are silent, and of the end of that. Each node tells what it sees; the
 * event's id is made of the gateway, its boot and the minute in which it began, so that it is told once, but for a fence
 * that begins at the turn of a minute.
 */
@Injectable()
export class FenceWatch {
  private readonly fences = new Map<GatewayId, Fence>();

  constructor(
    private readonly control: Control,
    private readonly notifier: Notifier,
  ) {}

  async run(): Promise<void> {
    const members = this.control.view.gateways();
    const names = new Set(members.map(({ gateway }) => gateway));
    for (const gateway of this.fences.keys()) if (!names.has(gateway)) this.fences.delete(gateway);
    for (const member of members) await this.look(member);
  }

  private async look(member: GatewayMember): Promise<void> {
    const { gateway, boot } = member;
    const isFenced = this.isFenced(member);
    const known = this.fences.get(gateway);
    if (isFenced === null) return;
    if (!isFenced) return this.ended(member, known);
    const fence = known?.boot === boot ? known : { boot, sinceMs: this.nowMs(), told: false };
    this.fences.set(gateway, fence);
    if (fence.told || this.nowMs() - fence.sinceMs < FENCED_MS) return;
    await this.tell(member, fence, 'gateway.fenced');
    fence.told = true;
  }

  private async ended(member: GatewayMember, fence: Fence | undefined): Promise<void> {
    if (fence === undefined) return;
    if (fence.told) await this.tell(member, fence, 'gateway.unfenced');
    this.fences.delete(member.gateway);
  }

  /** `null`: this node never heard of it. */
  private isFenced(member: GatewayMember): boolean | null {
    const word = this.control.parts.reports.lastWord(member);
    if (word === null) return null;
    return word.report.fenced === true || word.silentForMs > SILENT_MS;
  }

  /** @throws ApiProblem where no notifier answers: the next look tries again */
  /** Where nobody has a webhook, there may be no notifier. */
  private hasListeners(): boolean {
    for (const { revokedAt } of this.control.view.webhooks.all())
      if (revokedAt === null) return true;
    return false;
  }

  private async tell({ gateway, region, boot }: GatewayMember, fence: Fence, type: string) {
    if (!this.hasListeners()) return;
    const began = String(Math.round(fence.sinceMs / ONE_FENCE_MS));
    const what = type === 'gateway.fenced' ? 'admits nothing, or is silent' : 'serves again';
    const told: Told = {
      eventId: factId(type, gateway, String(boot), began),
      ...{ type, at: toTimestamp(this.nowMs()), org: null, workspace: null, about: null },
      says: `the gateway ${gateway} ${what}`,
      data: { gateway, region, boot, since: toTimestamp(fence.sinceMs) },
    };
    await this.notifier.ask({ op: 'tell', org: null, told, subscriptionId: null });
  }

  private nowMs(): number {
    return this.control.parts.clock.nowMs();
  }
}
