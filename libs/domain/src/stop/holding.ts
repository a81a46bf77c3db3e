import type { Address, Capability, Selector, Tag } from '#contracts';
import type { StopOrder } from '../control/control-records.js';
import type { ControlView } from '../control/control-view.js';
import { msOf } from '../time/timestamp.js';

/** By what an order holds an agent. */
export type StopGround =
  | { readonly kind: 'agent'; readonly name: string }
  | { readonly kind: 'tag'; readonly name: string; readonly scope: string }
  | { readonly kind: 'namespace'; readonly name: string }
  | { readonly kind: 'org'; readonly name: string };

export interface HoldingOrder {
  readonly order: StopOrder;
  readonly by: StopGround;
  /** The only kind of act that it stops; `null`: all. */
  readonly capability: Capability | null;
}

/** `why`: every unlifted order that holds the agent, and by what; the oldest first. */
export const why = (view: ControlView, address: Address): HoldingOrder[] =>
  view.holding(address).map((order) => ({
    order,
    by: groundOf(order.selector),
    capability: order.selector.capability ?? null,
  }));

const groundOf = (selector: Selector): StopGround => {
  if ('agent' in selector) return { kind: 'agent', name: selector.agent };
  if ('tag' in selector) {
    const scope = 'namespace' in selector ? selector.namespace : selector.org;
    return { kind: 'tag', name: selector.tag, scope };
  }
  return 'namespace' in selector
    ? { kind: 'namespace', name: selector.namespace }
    : { kind: 'org', name: selector.org };
};

/** What resuming one agent comes to. */
export type Resumption =
  | { readonly kind: 'nothing-held' }
  /** Wider orders hold it too: lifting its own would free nothing, so nothing is lifted. */
  | { readonly kind: 'held-wider'; readonly orders: readonly StopOrder[] }
  | { readonly kind: 'lift'; readonly orders: readonly StopOrder[] };

/** Resuming an agent lifts all orders on exactly that agent, or none where a wider one holds it. */
export const resumptionOf = (view: ControlView, address: Address): Resumption => {
  const orders = view.holding(address);
  if (orders.length === 0) return { kind: 'nothing-held' };
  const wider = orders.filter((order) => !('agent' in order.selector));
  return wider.length > 0 ? { kind: 'held-wider', orders: wider } : { kind: 'lift', orders };
};

/** The tags by which a standing stop holds the agent: taking one away would be a lift by the back door. */
export const heldTags = (view: ControlView, address: Address): Tag[] => {
  const tags = view
    .holding(address)
    .flatMap(({ selector }) => ('tag' in selector ? [selector.tag] : []));
  return [...new Set(tags)].sort();
};

/**
 * The time-boxed orders whose time is over. A quarantine is never among them: it ends only with its root cause.
 *
 * @param logTimeMs the log's own time, not that of a node's clock: `view.logTimeMs`.
 */
export const dueOrders = (view: ControlView, logTimeMs: number): StopOrder[] =>
  [...view.standing()].filter(
    (order) =>
      order.expiresAt !== null && order.mode !== 'quarantine' && msOf(order.expiresAt) <= logTimeMs,
  );
