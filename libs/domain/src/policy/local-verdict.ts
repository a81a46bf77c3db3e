import type { Address, PolicyName } from '#contracts';
import type { LocalAct } from './compiled-policy.js';

/** One act of one agent, as a gateway asks its local rules. */
export interface LocalAsk {
  readonly address: Address;
  readonly act: LocalAct;
  /** The intent type or the tool; `null`: it has none, so that rules about names do not apply. */
  readonly name: string | null;
  /** How many gateways share a rate of the fleet, this one included. */
  readonly gateways: number;
  /** Milliseconds; the same clock for every ask. */
  readonly nowMs: number;
}

/** Which rule speaks, and what for. */
export interface LocalGround {
  readonly policy: PolicyName;
  /** From 0. */
  readonly rule: number;
  /** One line for people. */
  readonly says: string;
}

/**
 * `refuse`: 429 `policy_blocked`, again after so many milliseconds, `null` where waiting does not help. `warn`: it passes, and
 * whoever asked is told.
 */
export type LocalVerdict =
  | { readonly kind: 'pass' }
  | { readonly kind: 'warn'; readonly ground: LocalGround }
  | {
      readonly kind: 'refuse';
      readonly ground: LocalGround;
      readonly retryAfterMs: number | null;
    };
