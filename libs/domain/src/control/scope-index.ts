import type {
  Address,
  Destination,
  OrgName,
  StopOrderId,
  Tag,
  UnknownEvent,
  WorkspaceName,
} from '#contracts';
import type { Hold } from '../gate/verdict.js';
import type { CapabilityMatcher } from '../stop/capability.js';
import { SCHEME_LENGTH } from '../stop/covers.js';
import type { AgentRecord } from './control-records.js';

/** An order as the verdict needs it: everything that can be made ready before is ready. */
export interface StandingStop {
  readonly orderId: StopOrderId;
  readonly capability: CapabilityMatcher | null;
  readonly hold: Hold;
  /** Drain only: the same order once its deadline has passed. */
  readonly overdue: Hold | null;
  readonly drainUntilMs: number;
}

/** What stands on one org or one namespace. */
export interface Scope {
  /** `org/` or `org/workspace/`: how the addresses within begin, after the scheme. */
  readonly prefix: string;
  readonly stops: StandingStop[];
  /** `null` while no stop by tag stands here, so that the verdict need not look for the agent's tags. */
  tags: Map<Tag, StandingStop[]> | null;
  closedBy: UnknownEvent | null;
  /** Another scope with the same hash. */
  next: Scope | null;
}

export interface OrgScope extends Scope {
  /** One string for all records within, as below: a name cut from each address would cost more than the record's link. */
  readonly name: OrgName;
  readonly namespaces: Map<WorkspaceName, NamespaceScope>;
}

export interface NamespaceScope extends Scope {
  readonly org: OrgScope;
  readonly name: WorkspaceName;
  readonly agents: Map<Address, AgentRecord>;
}

/**
 * Finds the org and the namespace of an address without cutting it up: the beginning of the address is hashed in place,
 * so asking allocates nothing, and how many agents exist makes no difference.
 */
export class ScopeIndex {
  readonly #namespaces = new Map<number, NamespaceScope>();
  readonly #orgs = new Map<number, OrgScope>();
  readonly #orgsByName = new Map<OrgName, OrgScope>();

  namespaceOf(address: Destination): NamespaceScope | null {
    return find(this.#namespaces.get(hashOf(address, SCHEME_LENGTH, 2)), address);
  }

  orgOf(address: Destination): OrgScope | null {
    return find(this.#orgs.get(hashOf(address, SCHEME_LENGTH, 1)), address);
  }

  /** The org of an address whose namespace has been looked for already. */
  orgAround(namespace: NamespaceScope | null, address: Destination): OrgScope | null {
    return namespace === null ? this.orgOf(address) : namespace.org;
  }

  org(org: OrgName): OrgScope | null {
    return this.#orgsByName.get(org) ?? null;
  }

  orgs(): Iterable<OrgScope> {
    return this.#orgsByName.values();
  }

  openOrg(org: OrgName): OrgScope {
    const known = this.#orgsByName.get(org);
    if (known) return known;
    const scope: OrgScope = { ...emptyScope(`${org}/`), name: org, namespaces: new Map() };
    this.#orgsByName.set(org, scope);
    chain(this.#orgs, scope);
    return scope;
  }

  openNamespace(org: OrgName, workspace: WorkspaceName): NamespaceScope {
    const parent = this.openOrg(org);
    const known = parent.namespaces.get(workspace);
    if (known) return known;
    const scope: NamespaceScope = {
      ...emptyScope(`${org}/${workspace}/`),
      org: parent,
      name: workspace,
      agents: new Map(),
    };
    parent.namespaces.set(workspace, scope);
    chain(this.#namespaces, scope);
    return scope;
  }
}

const emptyScope = (prefix: string): Scope => ({
  prefix,
  stops: [],
  tags: null,
  closedBy: null,
  next: null,
});

// FNV-1a over the characters up to and with the n-th slash; 30 bits, so that it stays a small integer.
const hashOf = (text: string, from: number, slashes: number): number => {
  let hash = 0x811c9dc5;
  let left = slashes;
  for (let index = from; index < text.length && left > 0; index += 1) {
    const code = text.charCodeAt(index);
    if (code === 47) left -= 1;
    hash = Math.imul(hash ^ code, 0x01000193);
  }
  return hash & 0x3fffffff;
};

const chain = <S extends Scope>(index: Map<number, S>, scope: S): void => {
  const hash = hashOf(scope.prefix, 0, Number.POSITIVE_INFINITY);
  scope.next = index.get(hash) ?? null;
  index.set(hash, scope);
};

const find = <S extends Scope>(first: S | undefined, address: Destination): S | null => {
  let scope: Scope | null = first ?? null;
  while (scope !== null && !address.startsWith(scope.prefix, SCHEME_LENGTH)) scope = scope.next;
  return scope as S | null;
};
