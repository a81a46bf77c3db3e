import type { Destination, KeyId, UnknownEvent } from '#contracts';
import type { GatewayMember, StopOrder } from './control-records.js';

/** What one event changed: tells the shell what to cut, whom to wake and which keys to refuse. */
export interface ControlChange {
  /** The event's place in the log; `null` for a pushed order that the log does not have yet. */
  readonly sequence: number | null;
  /**
   * A stop that stands from now on; told twice where it was pushed first: with `sequence: null`, and with its sequence
   * once the log has it. `null` too for a repeat, a new reason or an order that was lifted before.
   */
  readonly ordered: StopOrder | null;
  /** A stop that stands no longer. */
  readonly lifted: StopOrder | null;
  /** Keys that are refused from now on, those of a revoked agent included. */
  readonly revokedKeys: readonly KeyId[];
  readonly joined: GatewayMember | null;
  /** A membership that ended: left, removed or superseded by a higher boot. */
  readonly left: GatewayMember | null;
  /** An event that this build cannot read. */
  readonly unknown: UnknownEvent | null;
  /** `true` where the verdict about this address may be another one now: ask the gate again for what is open. */
  touches(address: Destination): boolean;
}
