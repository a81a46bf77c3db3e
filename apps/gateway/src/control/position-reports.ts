import { live, type PositionReport, type Receipt } from '#contracts';
import type { Messaging } from '#event-store';
import type { GatewayIdentity } from '../identity.js';

export interface PositionReportsOptions {
  readonly identity: GatewayIdentity;
  readonly messaging: Messaging;
  boot(): number;
  position(): number;
}

const EVERY_MS = 1000;

/** Tells the control nodes how far this gateway has applied the log: after every batch, and every second. */
export class PositionReports {
  private receipts: Receipt[] = [];
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly options: PositionReportsOptions) {}

  start(): void {
    this.timer = setInterval(() => this.send(), EVERY_MS);
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
  }

  /** Goes out with the next report: a receipt never comes before its cut. */
  add(receipt: Receipt): void {
    this.receipts.push(receipt);
  }

  send(): void {
    const { identity, messaging, boot, position } = this.options;
    const receipts = this.receipts;
    this.receipts = [];
    // Outside the mesh nobody waits for this gateway, and a boot of 0 is no boot.
    if (boot() === 0) return;
    const report: PositionReport = { ...identity, boot: boot(), position: position(), receipts };
    messaging.publish(live.position(identity.region, identity.gateway), JSON.stringify(report));
  }
}
