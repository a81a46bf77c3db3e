import {
  type Address,
  type AddressId,
  type Destination,
  type KeyId,
  type OrgName,
  parseDestination,
  type UnknownEvent,
  WHOLE_ORG,
  type WorkspaceName,
} from '#contracts';
import type { AgentFold } from './agent-fold.js';
import type { OrderFold } from './order-fold.js';
import type { Scope, ScopeIndex } from './scope-index.js';

/** So many unreadable events are kept for people to look at; all are counted. */
export const UNKNOWNS_KEPT_MAX = 100;

/** What an unreadable event closes. */
export type Closing =
  | { readonly kind: 'agent'; readonly address: Destination }
  | { readonly kind: 'scope'; readonly prefix: string }
  | { readonly kind: 'key'; readonly keyId: KeyId }
  | { readonly kind: 'nothing' };

const NOTHING: Closing = { kind: 'nothing' };

/**
 * The events that this build cannot read, and what they close. **Closed** means: the gate here admits nothing for that
 * agent and says 503, since nobody stopped it but nobody can say what it may do. It lasts as long as this fold: a later
 * event cannot undo what was not understood; only a newer build, which reads the log again, opens it.
 *
 * - An event that names an agent closes that agent.
 * - An event on the subject of an order that is not known may be a stop of a kind that came later: it closes the agent it
 *   names, else its namespace, else its org. An order that is known stands as it stood.
 * - An event on a key's subject revokes that key here.
 * - Anything else changes no verdict and is recorded, so that the gateway can say that it is too old.
 */
export class UnknownFold {
  readonly #agents = new Map<Destination, UnknownEvent>();
  readonly #newest: UnknownEvent[] = [];
  readonly #scopes: ScopeIndex;
  #count = 0;
  #closings = 0;

  constructor(scopes: ScopeIndex) {
    this.#scopes = scopes;
  }

  get seen(): { readonly count: number; readonly newest: readonly UnknownEvent[] } {
    return { count: this.#count, newest: this.#newest };
  }

  /** `null`: open. */
  closed(address: Destination): UnknownEvent | null {
    if (this.#closings === 0) return null;
    const namespace = this.#scopes.namespaceOf(address);
    const org = this.#scopes.orgAround(namespace, address);
    return this.#agents.get(address) ?? closerOf(namespace) ?? closerOf(org);
  }

  record(unknown: UnknownEvent, closing: Closing): void {
    this.#count += 1;
    this.#newest.unshift(unknown);
    this.#newest.length = Math.min(this.#newest.length, UNKNOWNS_KEPT_MAX);
    if (closing.kind === 'agent') this.#agents.set(closing.address, unknown);
    if (closing.kind === 'scope') this.#closeScope(closing.prefix, unknown);
    if (closing.kind === 'agent' || closing.kind === 'scope') this.#closings += 1;
  }

  #closeScope(prefix: string, unknown: UnknownEvent): void {
    const [org, workspace] = prefix.split('/');
    const scope = workspace
      ? this.#scopes.openNamespace(org as OrgName, workspace as WorkspaceName)
      : this.#scopes.openOrg(org as OrgName);
    scope.closedBy ??= unknown;
  }
}

const closerOf = (scope: Scope | null): UnknownEvent | null => scope?.closedBy ?? null;

/** What the fold knows already, and what an unreadable event may be about. */
interface Known {
  readonly agents: AgentFold;
  readonly orders: OrderFold;
}

/** Decides what an unreadable event closes, by what it names and by the subject it stands on. */
export const closingOf = (unknown: UnknownEvent, subject: string, known: Known): Closing =>
  parseDestination(unknown.address ?? '') === null
    ? closingBySubject(unknown, subject, known)
    : { kind: 'agent', address: unknown.address as Address };

const closingBySubject = (unknown: UnknownEvent, subject: string, known: Known): Closing => {
  const [, , , aggregate = aggregateOf(unknown.type), id = ''] = subject.split('.');
  switch (aggregate) {
    case 'key':
      return { kind: 'key', keyId: id as KeyId };
    case 'agent':
      return agentOf(subject, known.agents);
    case 'stop':
      return known.orders.knows(id) ? NOTHING : scopeOf(unknown, subject);
    default:
      return NOTHING;
  }
};

const aggregateOf = (type: string): string => (type.startsWith('Stop') ? 'stop' : '');

// The last token of an agent's subject is its address id or its name.
const agentOf = (subject: string, agents: AgentFold): Closing => {
  const [, org, workspace, , id = ''] = subject.split('.');
  const address = agents.byId(id as AddressId)?.address ?? `agent://${org}/${workspace}/${id}`;
  return parseDestination(address) ? { kind: 'agent', address: address as Address } : NOTHING;
};

const scopeOf = (unknown: UnknownEvent, subject: string): Closing => {
  const [, org, workspace = WHOLE_ORG] =
    unknown.org === null ? subject.split('.') : ['', unknown.org, unknown.workspace ?? WHOLE_ORG];
  if (!org) return NOTHING;
  return { kind: 'scope', prefix: workspace === WHOLE_ORG ? `${org}/` : `${org}/${workspace}/` };
};
