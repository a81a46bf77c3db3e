/** What the measuring processes say to each other. Times are readings of the machine's one monotonic clock, in nanoseconds. */
export const nowNs = (): bigint => process.hrtime.bigint();

export const msBetween = (fromNs: bigint, toNs: bigint): number => Number(toNs - fromNs) / 1e6;

export type HammerOrder =
  | { readonly kind: 'setup'; readonly gateways: readonly string[]; readonly apiKey: string }
  | { readonly kind: 'start' }
  | { readonly kind: 'stop' };

export type HammerReport =
  | { readonly kind: 'ready' }
  | { readonly kind: 'started' }
  | {
      readonly kind: 'stopped';
      /** When the answer to the last admitted request arrived, over all gateways. */
      readonly lastAdmittedNs: string | null;
      readonly admitted: number;
      readonly refused: number;
    };

export type SubscriberReport =
  | { readonly kind: 'ready' }
  | { readonly kind: 'received'; readonly marker: string; readonly atNs: string };
