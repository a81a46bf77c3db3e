import {
  type Address,
  type AddressId,
  type ControlEvent,
  type Destination,
  type OrgName,
  partsOf,
  type ServiceAccountId,
  type Timestamp,
  type WorkspaceName,
} from '#contracts';
import type { AgentRecord } from './control-records.js';
import type { NamespaceScope, OrgScope, ScopeIndex } from './scope-index.js';

type Of<T extends ControlEvent['type']> = Extract<ControlEvent, { type: T }>;

const NO_TAGS: AgentRecord['tags'] = [];
const NO_METADATA: AgentRecord['metadata'] = {};

/** Every agent that was ever registered, within its namespace. */
export class AgentFold {
  readonly #addresses = new Map<AddressId, Address>();
  readonly #children = new Map<Address, Address[]>();
  readonly #scopes: ScopeIndex;

  constructor(scopes: ScopeIndex) {
    this.#scopes = scopes;
  }

  get(address: Destination): AgentRecord | null {
    return this.#scopes.namespaceOf(address)?.agents.get(address as Address) ?? null;
  }

  byId(addressId: AddressId): AgentRecord | null {
    const address = this.#addresses.get(addressId);
    return address === undefined ? null : this.get(address);
  }

  /** A service account's id ends with the same characters as the address id of its agent. */
  byServiceAccount(id: ServiceAccountId): AgentRecord | null {
    const agent = this.byId(`addr_${id.slice('sa_'.length)}` as AddressId);
    return agent?.serviceAccountId === id ? agent : null;
  }

  *all(org?: OrgName, workspace?: WorkspaceName): Generator<AgentRecord> {
    for (const scope of this.#namespaces(org)) {
      if (workspace === undefined || scope.prefix === `${org}/${workspace}/`) {
        yield* scope.agents.values();
      }
    }
  }

  register(event: Of<'AgentRegistered'>, sequence: number): void {
    const { address, addressId, serviceAccountId, description, createdByNote } = event.data;
    const { org, workspace, name } = partsOf(address);
    const scope = this.#scopes.openNamespace(org, workspace);
    const { agents } = scope;
    if (agents.has(address)) return;
    this.#addresses.set(addressId, address);
    agents.set(address, {
      address,
      addressId,
      serviceAccountId,
      org: scope.org.name,
      workspace: scope.name,
      name,
      description,
      displayName: null,
      tags: NO_TAGS,
      metadata: NO_METADATA,
      createdByNote,
      createdAt: event.at,
      updatedAt: event.at,
      revoked: false,
      parent: null,
      liftedAt: null,
      lastSequence: sequence,
    });
  }

  tag(event: Of<'AgentTagged'>, sequence: number): void {
    const { address, tags } = event.data;
    this.#change(address, { tags, updatedAt: event.at, lastSequence: sequence });
  }

  describe(event: Of<'AgentDescribed'>, sequence: number): void {
    const { address, displayName, metadata } = event.data;
    this.#change(address, {
      displayName,
      metadata,
      updatedAt: event.at,
      lastSequence: sequence,
    });
  }

  /** The agent and all that were registered on its behalf, for good. Answers those that were not revoked before. */
  revoke({ data, at }: Of<'AgentRevoked'>, sequence: number): Address[] {
    const revoked = this.#revokeBelow(data.address, at);
    this.#change(data.address, { lastSequence: sequence });
    return revoked;
  }

  /**
   * The first parent counts, and nobody descends from itself. Who is born to a revoked parent is revoked with it: answers
   * those that are revoked by it.
   */
  delegate({ data, at }: Of<'AgentDelegated'>, sequence: number): Address[] {
    const { address, parent } = data;
    const agent = this.get(address);
    if (agent === null || agent.parent !== null || this.lineage(parent).includes(address)) {
      return [];
    }
    this.#change(address, { parent, lastSequence: sequence });
    const siblings = this.#children.get(parent);
    if (siblings) siblings.push(address);
    else this.#children.set(parent, [address]);
    return this.lineageRevoked(parent) ? this.#revokeBelow(address, at) : [];
  }

  /** Whether it, or anybody above it, was revoked: nothing can be registered on its behalf. */
  lineageRevoked(address: Address): boolean {
    return this.lineage(address).some((one) => this.get(one)?.revoked === true);
  }

  /** Those that were registered on its behalf, directly. */
  childrenOf(address: Address): readonly Address[] {
    return this.#children.get(address) ?? [];
  }

  #revokeBelow(address: Address, at: Timestamp): Address[] {
    const revoked: Address[] = [];
    // It grows while it is walked.
    const line = [address];
    for (const one of line) {
      line.push(...this.childrenOf(one));
      const agent = this.get(one);
      if (agent === null || agent.revoked) continue;
      this.#change(one, { revoked: true, updatedAt: at });
      revoked.push(one);
    }
    return revoked;
  }

  /** The agent, its parent, its parent's parent, … */
  lineage(address: Address): Address[] {
    const line: Address[] = [];
    for (let at: Address | null = address; at !== null; at = this.get(at)?.parent ?? null) {
      line.push(at);
    }
    return line;
  }

  lifted(address: Address, at: Timestamp): void {
    this.#change(address, { liftedAt: at });
  }

  #change(address: Address, change: Partial<AgentRecord>): void {
    const agents = this.#scopes.namespaceOf(address)?.agents;
    const agent = agents?.get(address);
    if (agents && agent) agents.set(address, { ...agent, ...change });
  }

  *#namespaces(org?: OrgName): Generator<NamespaceScope> {
    for (const scope of this.#orgs(org)) yield* scope.namespaces.values();
  }

  #orgs(org?: OrgName): Iterable<OrgScope> {
    if (org === undefined) return this.#scopes.orgs();
    const scope = this.#scopes.org(org);
    return scope ? [scope] : [];
  }
}
