import type { z } from 'zod';
import { live, type PositionReport } from '#contracts';
import type { GatewayShell } from '#containment';
import type { Broadcast } from '#event-store';
import type { GatewayIdentity } from '../identity.js';

export interface PositionReportsOptions {
  readonly identity: GatewayIdentity;
  readonly messaging: Broadcast;
  readonly lease: Pick<
    GatewayShell,
    'boot' | 'phase' | 'pinned' | 'admits' | 'leaseAgeMs' | 'sealPosition'
  >;
  position(): number;
  /** The log that was read last. */
  incarnation(): string | null;
}

const EVERY_MS = 1000;

/** Tells the control nodes how far this gateway has applied the log, and how it stands: after every batch, and every second. */
export class PositionReports {
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly options: PositionReportsOptions) {}

  start(): void {
    this.timer = setInterval(() => this.send(), EVERY_MS);
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
  }

  send(): void {
    const { identity, messaging, lease, position } = this.options;
    // Before it was a member nobody waits for this gateway, and a boot of 0 is no boot.
    if (lease.boot === 0) return;
    const leaseAgeMs = lease.leaseAgeMs();
    const report: z.input<typeof PositionReport> = {
      ...identity,
      boot: lease.boot,
      position: position(),
      phase: lease.phase,
      fenced: !lease.admits(),
      leaseAgeMs: leaseAgeMs === null ? null : Math.max(0, leaseAgeMs),
      rolledBack: this.rolledBack(),
    };
    const sealed = lease.sealPosition(JSON.stringify(report));
    if (sealed !== null)
      messaging.publish(live.position(identity.region, identity.gateway), sealed);
  }

  private rolledBack(): NonNullable<PositionReport['rolledBack']> | null {
    const { lease, incarnation } = this.options;
    if (lease.phase !== 'rolled-back' || lease.pinned === null) return null;
    return { pinned: lease.pinned, read: incarnation() };
  }
}
