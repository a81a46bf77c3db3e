import { Injectable } from '@nestjs/common';
import type { StoredControl } from '#platform';
import { Control } from '../control/control.js';

/** When a membership last ended, or was taken over: its process may go on for as long as its lease lasts. */
@Injectable()
export class EndedBoots {
  private lastMs = Number.NEGATIVE_INFINITY;

  constructor(private readonly control: Control) {}

  heard({ decoded }: StoredControl): void {
    if (!decoded.known) return;
    const { type, data } = decoded.event;
    const ends = type === 'GatewayRemoved' || (type === 'GatewayJoined' && data.boot > 1);
    if (ends) this.lastMs = this.control.parts.clock.monotonicMs();
  }

  /** Milliseconds since this node read of the last one. */
  get ageMs(): number {
    return this.control.parts.clock.monotonicMs() - this.lastMs;
  }
}
