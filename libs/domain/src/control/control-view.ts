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
import type {
  AgentRecord,
  GatewayMember,
  KeyRecord,
  OrganizationRecord,
  StopOrder,
  WorkspaceRecord,
} from './control-records.js';

/** An event of the control log as a reader gets it. */
export interface StoredControlEvent {
  readonly sequence: number;
  readonly storedAtMs: number;
  readonly subject?: string;
  readonly decoded: Decoded<ControlEvent>;
}

export declare class ControlView {
  get position(): number;
  get logTimeMs(): number;
  get incarnation(): string | null;
  get unknowns(): { readonly count: number; readonly newest: readonly UnknownEvent[] };
  apply(stored: StoredControlEvent): ControlChange;
  agent(address: Address): AgentRecord | null;
  agentById(addressId: AddressId): AgentRecord | null;
  agentByServiceAccount(id: ServiceAccountId): AgentRecord | null;
  agents(org?: OrgName, workspace?: WorkspaceName): Iterable<AgentRecord>;
  key(keyId: KeyId): KeyRecord | null;
  keysOf(address: Address): readonly KeyRecord[];
  keys(org?: OrgName): Iterable<KeyRecord>;
  organization(org: OrgName): OrganizationRecord | null;
  organizations(): Iterable<OrganizationRecord>;
  workspace(org: OrgName, workspace: WorkspaceName): WorkspaceRecord | null;
  workspaces(org: OrgName): Iterable<WorkspaceRecord>;
  order(orderId: StopOrderId): StopOrder | null;
  /** Standing and lifted, newest first. */
  orders(org?: OrgName): readonly StopOrder[];
  standing(org?: OrgName): Iterable<StopOrder>;
  standingOn(mode: StopMode, selector: Selector): StopOrder | null;
  holding(address: Destination): readonly StopOrder[];
  strictestHold(address: Destination, capability: string | null, nowMs: number): Hold | null;
  gateways(): readonly GatewayMember[];
  lastBootOf(gateway: GatewayId): number;
  closed(address: Destination): UnknownEvent | null;
  liftedAtMs(address: Address): number | null;
}
