import type { Stall } from '../judge/history.js';

/** An agent that the hammer speaks as. */
export interface HammerAgent {
  readonly name: string;
  readonly address: string;
  readonly apiKey: string;
}

export interface HammerGateway {
  readonly name: string;
  readonly url: string;
}

export interface HammerPlan {
  readonly gateways: readonly HammerGateway[];
  readonly agents: readonly HammerAgent[];
  /** Requests a second, over all gateways. */
  readonly rate: number;
  readonly seed: number;
}

export type HammerOrder =
  | { readonly kind: 'setup'; readonly plan: HammerPlan }
  | { readonly kind: 'start' }
  | { readonly kind: 'stop' };

/**
 * One attempt, short: kind (0 guard, 1 intent), gateway, sender and receiver by number (-1: none), sent and ended in
 * milliseconds of the monotonic clock, status, code, the order that refused it, what the intent carries.
 */
export type AttemptRow = readonly [
  kind: 0 | 1,
  gateway: number,
  from: number,
  to: number,
  sentMs: number,
  endMs: number,
  status: number,
  code: string | null,
  orderId: string | null,
  work: string | null,
];

export type HammerReport =
  /** The clock is read between the lab's two readings, or it is not the same clock. */
  | { readonly kind: 'ready'; readonly clockMs: number }
  | { readonly kind: 'attempts'; readonly rows: readonly AttemptRow[] }
  /** Requests that were due and not sent, since too many were on their way already. */
  | { readonly kind: 'stopped'; readonly skipped: number; readonly stalls: readonly Stall[] };
