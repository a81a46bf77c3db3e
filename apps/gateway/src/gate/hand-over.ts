import type { Destination, KeyId } from '#contracts';
import type { Ask, Verdict } from '#domain';

/** What is about to leave this gateway, to whom, and what can still be done about it afterwards. */
export interface HandOver {
  /** The route, or `delivery`. */
  readonly what: string;
  readonly agent: string;
  /** The key that asked for it; left out where nobody's request did. */
  readonly keyId?: KeyId;
  readonly intentId: string | null;
  /** Asked at the moment of sending. */
  readonly asks: readonly Ask[];
  /** Both ends of the traffic: it passes without a proof where all of them chose so. Nobody: it never does. */
  readonly parties: readonly Destination[];
  /** Breaks the connection that it went out on. */
  destroy(): void;
  /** It passes without a proof: says so to the caller, and counts it. */
  flag(): void;
}

/** What became of an offer. `refusal: null`: nobody forbids it, but nothing proves that this gateway knows. */
export type Offered<T> =
  | { readonly sent: true; readonly value: T }
  | { readonly sent: false; readonly refusal: Refused | null };

export interface Refused {
  readonly ask: Ask;
  readonly verdict: Exclude<Verdict, { allowed: true }>;
}
