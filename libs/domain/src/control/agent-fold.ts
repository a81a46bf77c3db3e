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

  revoke(event: Of<'AgentRevoked'>, sequence: number): void {
    const change = { revoked: true, updatedAt: event.at, lastSequence: sequence };
    this.#change(event.data.address, change);
  }

  /** The first parent counts, and nobody descends from itself. */
  delegate(event: Of<'AgentDelegated'>, sequence: number): void {
    const { address, parent } = event.data;
    const agent = this.get(address);
    if (agent === null || agent.parent !== null || this.lineage(parent).includes(address)) return;
    this.#change(address, { parent, lastSequence: sequence });
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
