import { Injectable } from '@nestjs/common';
import { gatewaySubject, type Actor } from '#contracts';
import { gatewayDecider } from '#domain';
import { Control } from '../control/control.js';

/** A gateway that said nothing for so long is removed, so that later answers do not wait for the dead. */
const SILENT_MS_MAX = 30_000;
/** Between two rounds of a node that hears and reaches the log there is less than this. */
const ROUND_MS_MAX = 5_000;

/** Removes silent gateways; a gateway that comes back joins with a higher boot. */
@Injectable()
export class SilenceReactor {
  private hearsSinceMs: number | null = null;
  private lastRoundMs = 0;

  constructor(private readonly control: Control) {}

  async run(nodeId: string): Promise<void> {
    const { reports, clock } = this.control.parts;
    // Throws while the log is away: then this node may be the one that is cut off, and counts from anew.
    await this.control.parts.store.lastSequence();
    const nowMs = clock.monotonicMs();
    if (nowMs - this.lastRoundMs > ROUND_MS_MAX) this.hearsSinceMs = null;
    this.lastRoundMs = nowMs;
    this.hearsSinceMs ??= nowMs;
    const members = this.control.view.gateways();
    reports.retain(members);
    const silent = reports.tracker.silent(members, nowMs, SILENT_MS_MAX);
    if (nowMs - this.hearsSinceMs < SILENT_MS_MAX) return;
    const actor: Actor = { kind: 'node', id: nodeId, via: 'silence' };
    for (const { member, silentForMs } of silent) {
      const { gateway, boot } = member;
      await this.control.decide({
        subject: gatewaySubject(gateway),
        decider: gatewayDecider,
        command: { type: 'RemoveGateway', gateway, boot, silentForMs: Math.round(silentForMs) },
        about: { actor, org: null, workspace: null, correlationId: `silence-${gateway}-${boot}` },
      });
    }
  }
}
