import type { Address, Destination, OrgName, Selector, Tag, WorkspaceName } from '#contracts';
import type { Hold } from '../gate/verdict.js';
import { compileCapability } from '../stop/capability.js';
import { severity } from '../stop/covers.js';
import { byAge } from './by-age.js';
import type { StopOrder } from './control-records.js';
import type { NamespaceScope, OrgScope, Scope, ScopeIndex, StandingStop } from './scope-index.js';

/** The standing stops, where the verdict finds them: by agent, by tag, by namespace, by org. */
export class StopIndex {
  readonly #direct = new Map<Destination, StandingStop[]>();
  readonly #scopes: ScopeIndex;

  constructor(scopes: ScopeIndex) {
    this.#scopes = scopes;
  }

  add(order: StopOrder): void {
    this.#listFor(order.selector).push(standingStop(order));
  }

  remove(order: StopOrder): void {
    const list = this.#listFor(order.selector);
    const at = list.findIndex((stop) => stop.orderId === order.orderId);
    if (at >= 0) list.splice(at, 1);
    if (list.length === 0) this.#forgetList(order.selector);
  }

  /** Every order that covers the address, those narrowed by a capability included; the oldest first. */
  holding(address: Destination): StopOrder[] {
    const namespace = this.#scopes.namespaceOf(address);
    const org = this.#scopes.orgAround(namespace, address);
    const tags = namespace?.agents.get(address as Address)?.tags ?? NO_TAGS;
    const found = [
      this.#direct.get(address) ?? [],
      ...[namespace, org].map((scope) => (scope === null ? [] : stopsOn(scope, tags))),
    ];
    const orders = found.flat().map((stop) => stop.hold.order);
    return orders.sort(byAge);
  }

  /** The hot path: a few look-ups, nothing allocated. */
  strictest(address: Destination, capability: string | null, nowMs: number): Hold | null {
    const namespace = this.#scopes.namespaceOf(address);
    const org = this.#scopes.orgAround(namespace, address);
    const direct = strictestOf(this.#direct.get(address), capability, nowMs);
    if (org === null) return direct;
    const worst = stricter(direct, strictestOf(org.stops, capability, nowMs));
    if (namespace === null) return worst;
    const here = stricter(worst, strictestOf(namespace.stops, capability, nowMs));
    if (namespace.tags === null && org.tags === null) return here;
    const tags = namespace.agents.get(address as Address)?.tags ?? NO_TAGS;
    return stricter(here, strictestByTags(namespace, tags, capability, nowMs));
  }

  #listFor(selector: Selector): StandingStop[] {
    if ('agent' in selector) return listIn(this.#direct, selector.agent);
    const scope = this.#scopeOf(selector);
    if (!('tag' in selector)) return scope.stops;
    scope.tags ??= new Map();
    return listIn(scope.tags, selector.tag);
  }

  #forgetList(selector: Selector): void {
    if ('agent' in selector) this.#direct.delete(selector.agent);
    else if ('tag' in selector) forgetTag(this.#scopeOf(selector), selector.tag);
  }

  #scopeOf(selector: Exclude<Selector, { agent: Address }>): OrgScope | NamespaceScope {
    if (!('namespace' in selector)) return this.#scopes.openOrg(selector.org);
    const [org, workspace] = selector.namespace.split('/');
    return this.#scopes.openNamespace(org as OrgName, workspace as WorkspaceName);
  }
}

const listIn = <K>(index: Map<K, StandingStop[]>, key: K): StandingStop[] => {
  const known = index.get(key);
  if (known) return known;
  const list: StandingStop[] = [];
  index.set(key, list);
  return list;
};

const forgetTag = (scope: Scope, tag: Tag): void => {
  scope.tags?.delete(tag);
  if (scope.tags?.size === 0) scope.tags = null;
};

// A drain without a deadline would never end, so it has no grace at all: in doubt it is a halt.
const standingStop = (order: StopOrder): StandingStop => ({
  orderId: order.orderId,
  capability: order.selector.capability ? compileCapability(order.selector.capability) : null,
  hold: { order, mode: order.mode },
  overdue: order.mode === 'drain' ? { order, mode: 'halt' } : null,
  drainUntilMs: order.drainUntilMs ?? Number.NEGATIVE_INFINITY,
});

const NO_TAGS: readonly Tag[] = [];

const stopsOn = (scope: Scope, tags: readonly Tag[]): StandingStop[] => [
  ...scope.stops,
  ...tags.flatMap((tag) => scope.tags?.get(tag) ?? []),
];

const stricter = (one: Hold | null, other: Hold | null): Hold | null => {
  if (one === null || other === null) return one ?? other;
  return severity[other.mode] > severity[one.mode] ? other : one;
};

const strictestByTags = (
  namespace: NamespaceScope,
  tags: readonly Tag[],
  capability: string | null,
  nowMs: number,
): Hold | null => {
  let worst: Hold | null = null;
  for (let index = 0; index < tags.length; index += 1) {
    const tag = tags[index] as Tag;
    worst = stricter(worst, strictestOf(namespace.tags?.get(tag), capability, nowMs));
    worst = stricter(worst, strictestOf(namespace.org.tags?.get(tag), capability, nowMs));
  }
  return worst;
};

const strictestOf = (
  stops: readonly StandingStop[] | undefined,
  capability: string | null,
  nowMs: number,
): Hold | null => {
  if (stops === undefined) return null;
  let worst: Hold | null = null;
  for (let index = 0; index < stops.length; index += 1) {
    const stop = stops[index] as StandingStop;
    if (applies(stop, capability)) worst = stricter(worst, holdOf(stop, nowMs));
  }
  return worst;
};

const applies = (stop: StandingStop, asked: string | null): boolean =>
  stop.capability === null || (asked !== null && stop.capability.matches(asked));

const holdOf = (stop: StandingStop, nowMs: number): Hold =>
  stop.overdue !== null && nowMs >= stop.drainUntilMs ? stop.overdue : stop.hold;
