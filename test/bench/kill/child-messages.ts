/** What the measuring processes say to each other. Times are readings of the machine's one monotonic clock, in nanoseconds. */
export const nowNs = (): bigint => process.hrtime.bigint();

export const msBetween = (fromNs: bigint, toNs: bigint): number => Number(toNs - fromNs) / 1e6;

export type HammerOrder =
  | { readonly kind: 'setup'; readonly gateways: readonly string[]; readonly apiKey: string }
  | { readonly kind: 'start' }
  | { readonly kind: 'stop' };

/** What one gateway answered since the start. */
export interface Hammered {
  /** When the last "allow" arrived; `null`: none did. */
  readonly lastAdmittedNs: string | null;
  /** When the last request was sent that was admitted. */
  readonly lastSentNs: string | null;
  readonly admitted: number;
  /** 403: a stop holds the agent. */
  readonly refused: number;
  /** 503: the gateway has no proof that its state is fresh. */
  readonly fenced: number;
  /** Anything else, or nothing. */
  readonly failed: number;
}

export type HammerReport =
  | { readonly kind: 'ready' }
  /** Every gateway has admitted once. */
  | { readonly kind: 'started' }
  /** In the order of the gateways. */
  | { readonly kind: 'stopped'; readonly gateways: readonly Hammered[] };

export type SubscriberReport =
  | { readonly kind: 'ready' }
  | { readonly kind: 'received'; readonly marker: string; readonly atNs: string };
