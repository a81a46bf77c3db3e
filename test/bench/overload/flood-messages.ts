/** Where a flood goes, and how high it stands. */
export interface FloodTarget {
  readonly port: number;
  /** Whole requests as they go over the wire, sent in turn. */
  readonly requests: readonly string[];
  readonly connections: number;
  /** Offered so often, whether they are answered or not; `null`: the next on each connection when one is answered. */
  readonly perSecond: number | null;
}

export type FloodOrder =
  { readonly kind: 'flood'; readonly targets: readonly FloodTarget[] } | { readonly kind: 'ebb' };

/** What became of it, for each target. */
export interface Flooded {
  readonly tookMs: number;
  readonly offered: number;
  readonly answered: number;
  /** Offered while every connection was busy: a client's own limit. */
  readonly waitedInVain: number;
  readonly statuses: Readonly<Record<string, number>>;
}

export type FloodReport =
  | { readonly kind: 'ready' }
  | { readonly kind: 'flooding' }
  | { readonly kind: 'ebbed'; readonly targets: readonly Flooded[] };
