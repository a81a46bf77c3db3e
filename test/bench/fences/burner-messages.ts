/** How much of its time a burner burns, from 0 to 1. */
export interface BurnOrder {
  readonly kind: 'burn';
  readonly share: number;
}

export interface BurnReport {
  readonly kind: 'ready';
}
