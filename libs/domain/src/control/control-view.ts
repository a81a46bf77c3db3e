import type {
  Address,
  AddressId,
  ControlEvent,
  Decoded,
  Destination,
  GatewayId,
  KeyId,
  OrgName,
  Selector,
  ServiceAccountId,
  StopMode,
  StopOrderId,
  UnknownEvent,
  WorkspaceName,
} from '#contracts';
import type { Hold } from '../gate/verdict.js';
import type { ControlChange } from './control-change.js';
import type { BudgetFold } from './budget-fold.js';
import { ControlFold } from './control-fold.js';
import type {
  AgentRecord,
  GatewayMember,
  KeyRecord,
  LogRestore,
  NodeMember,
  OrganizationRecord,
  StopOrder,
  WorkspaceRecord,
} from './control-records.js';
import type { DrillFold } from './drill-fold.js';
import type { PolicyFold } from './policy-fold.js';
import type { SessionFold } from './session-fold.js';
import type { WebhookFold } from './webhook-fold.js';

/** A part of the fold that others may only ask. */
type Reading<Fold, Questions extends keyof Fold> = Readonly<Pick<Fold, Questions>>;

/** An event of the control log as a reader gets it. */
export interface StoredControlEvent {
  readonly sequence: number;
  /** When the log stored it, milliseconds since the epoch. */
  readonly storedAtMs: number;
  readonly subject?: string;
  readonly decoded: Decoded<ControlEvent>;
}

/**
 * The control log, folded: everything that verdicts, commands and lists are decided from. It changes in place, by
 * `apply` alone, and the same log always gives the same view. Records handed out never change; ask again for news.
 */
export class ControlView {
  #fold = new ControlFold();
  #position = 0;
  #logTimeMs = 0;

  /** The sequence up to which everything is applied; `0` before the first event. */
  get position(): number {
    return this.#position;
  }

  /** The log's own time: the latest at which an applied event was stored, milliseconds since the epoch. */
  get logTimeMs(): number {
    return this.#logTimeMs;
  }

  /** Which log this is; `null` before its first event. */
  get incarnation(): string | null {
    return this.#fold.log.incarnation;
  }

  /** The last word on a restore of the log, confirmed or not; `null`: nobody ever said so. */
  get logRestore(): LogRestore | null {
    return this.#fold.log.restore;
  }

  /** The events that this build could not read: how many, and the newest hundred. */
  get unknowns(): { readonly count: number; readonly newest: readonly UnknownEvent[] } {
    return this.#fold.unknowns.seen;
  }

  /** Applies the next event. One at or below the position was applied before and changes nothing. */
  apply(stored: StoredControlEvent): ControlChange {
    if (stored.sequence <= this.#position) return this.#fold.unchanged(stored.sequence);
    this.#position = stored.sequence;
    this.#logTimeMs = Math.max(this.#logTimeMs, stored.storedAtMs);
    return this.#fold.apply(stored.decoded, stored.sequence, stored.subject ?? '');
  }

  /**
   * The pushed order holds from now on, though the log does not have it yet. Only an order whose signature was verified
   * may come here. One that stands or was lifted before changes nothing; when the log's own event is applied, the order
   * gets its sequence, and the view is the one that the log alone gives.
   */
  enforce(event: ControlEvent & { readonly type: 'StopOrdered' }): ControlChange {
    return this.#fold.enforce(event);
  }

  /**
   * Another log begins, to be applied from its first event. Every standing order stands as if it had been pushed: until that
   * log tells of it, and lifts it.
   */
  startOver(): void {
    const standing = [...this.#fold.orders.standing()];
    this.#fold = new ControlFold();
    this.#position = 0;
    this.#logTimeMs = 0;
    for (const order of standing) this.#fold.orders.keep(order);
  }

  agent(address: Address): AgentRecord | null {
    return this.#fold.agents.get(address);
  }

  agentById(addressId: AddressId): AgentRecord | null {
    return this.#fold.agents.byId(addressId);
  }

  agentByServiceAccount(id: ServiceAccountId): AgentRecord | null {
    return this.#fold.agents.byServiceAccount(id);
  }

  /** Revoked ones included; by namespace, in the order of their registration. */
  agents(org?: OrgName, workspace?: WorkspaceName): Iterable<AgentRecord> {
    return this.#fold.agents.all(org, workspace);
  }

  /** Revoked and expired ones included: whoever asks must look. */
  key(keyId: KeyId): KeyRecord | null {
    return this.#fold.keys.get(keyId);
  }

  keysOf(address: Address): readonly KeyRecord[] {
    return this.#fold.keys.of(address);
  }

  keys(org?: OrgName): Iterable<KeyRecord> {
    return this.#fold.keys.all(org);
  }

  organization(org: OrgName): OrganizationRecord | null {
    return this.#fold.tenants.organization(org);
  }

  organizations(): Iterable<OrganizationRecord> {
    return this.#fold.tenants.organizations();
  }

  workspace(org: OrgName, workspace: WorkspaceName): WorkspaceRecord | null {
    return this.#fold.tenants.workspace(org, workspace);
  }

  workspaces(org: OrgName): Iterable<WorkspaceRecord> {
    return this.#fold.tenants.workspaces(org);
  }

  /** Standing, or among the newest thousand lifted of its org. */
  order(orderId: StopOrderId): StopOrder | null {
    return this.#fold.orders.get(orderId);
  }

  /** Whether the log ever told of it, however long it is lifted: such an id is never used again. */
  everOrdered(orderId: StopOrderId): boolean {
    return this.#fold.orders.knows(orderId);
  }

  /** Standing and lifted, newest first. */
  orders(org?: OrgName): readonly StopOrder[] {
    return this.#fold.orders.all(org);
  }

  standing(org?: OrgName): Iterable<StopOrder> {
    return this.#fold.orders.standing(org);
  }

  /** The oldest standing order with this mode on exactly this selector: what a second stop repeats. */
  standingOn(mode: StopMode, selector: Selector): StopOrder | null {
    return this.#fold.orders.standingOn(mode, selector);
  }

  /** All unlifted orders that cover the address, registered or not, narrowed ones included; the oldest first. */
  holding(address: Destination): readonly StopOrder[] {
    return this.#fold.stops.holding(address);
  }

  /** The order that decides about this act; for narrowed orders the capability must match. Allocates nothing. */
  strictestHold(address: Destination, capability: string | null, nowMs: number): Hold | null {
    return this.#fold.stops.strictest(address, capability, nowMs);
  }

  /** The members, in the order of their names. */
  gateways(): readonly GatewayMember[] {
    return this.#fold.gateways.all();
  }

  /** The control nodes that are members, in the order of their ids. */
  nodes(): readonly NodeMember[] {
    return this.#fold.nodes.all();
  }

  /** The highest boot of this gateway that ever joined; `0` before the first. */
  lastBootOf(gateway: GatewayId): number {
    return this.#fold.gateways.lastBootOf(gateway);
  }

  /** Policies, and what they left some agents. */
  get policies(): Reading<
    PolicyFold,
    'generation' | 'get' | 'all' | 'restrictionsOf' | 'restrictedBy'
  > {
    return this.#fold.policies;
  }

  /** Caps; what was spent under them is in the ledger. */
  get budgets(): Reading<BudgetFold, 'get' | 'all' | 'covering'> {
    return this.#fold.budgets;
  }

  get sessions(): Reading<SessionFold, 'isEmpty' | 'killed'> {
    return this.#fold.sessions;
  }

  get webhooks(): Reading<WebhookFold, 'get' | 'all'> {
    return this.#fold.webhooks;
  }

  /** When a stop was last tried out in a namespace. */
  get drills(): Reading<DrillFold, 'lastIn'> {
    return this.#fold.drills;
  }

  /** Those that were registered on behalf of this agent, directly. */
  childrenOf(address: Address): readonly Address[] {
    return this.#fold.agents.childrenOf(address);
  }

  /** Whether it, or anybody above it, was revoked. */
  lineageRevoked(address: Address): boolean {
    return this.#fold.agents.lineageRevoked(address);
  }

  /** The agent, its parent, its parent's parent, …: revoking one revokes all before it in this list. */
  lineage(address: Address): readonly Address[] {
    return this.#fold.agents.lineage(address);
  }

  /** The unreadable event that closes the address here, or `null`: open. */
  closed(address: Destination): UnknownEvent | null {
    return this.#fold.unknowns.closed(address);
  }

  /** When a stop that held this agent was last lifted, whole acts only; milliseconds since the epoch. */
  liftedAtMs(address: Address): number | null {
    return this.#fold.liftedAtMs(address);
  }
}
