import type { LinkFault } from './fault.js';
import type { LinkPlan } from './link.js';

/** What the lab says to the process that carries every connection of the mesh; each order is answered by its number. */
export type ProxyOrder = { readonly number: number } & (
  | { readonly kind: 'open'; readonly links: readonly LinkPlan[] }
  | { readonly kind: 'set'; readonly names: readonly string[]; readonly fault: LinkFault }
  | { readonly kind: 'reset'; readonly names: readonly string[] }
);

export interface ProxyAnswer {
  readonly number: number;
  /** `null` when it was done. */
  readonly problem: string | null;
}
