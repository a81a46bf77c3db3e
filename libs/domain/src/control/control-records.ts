import type {
  Actor,
  Address,
  AddressId,
  GatewayId,
  JsonObject,
  KeyHolder,
  KeyId,
  OrgName,
  RegionName,
  Selector,
  ServiceAccountId,
  StopMode,
  StopOrderId,
  Tag,
  Timestamp,
  WorkspaceName,
} from '#contracts';

/** What the fold of the control log knows of each thing. All of it can be rebuilt by reading the log again. */
export interface StopOrder {
  readonly orderId: StopOrderId;
  readonly mode: StopMode;
  readonly selector: Selector;
  readonly org: OrgName;
  readonly reason: string | null;
  readonly actor: Actor;
  readonly orderedAt: Timestamp;
  /** The order's place in the control log. */
  readonly sequence: number;
  readonly expiresAt: Timestamp | null;
  readonly drainUntilMs: number | null;
  readonly lift: StopLift | null;
  /** The last sequence on the order's own subject: what a lift must name. */
  readonly lastSequence: number;
}

export interface StopLift {
  readonly at: Timestamp;
  readonly actor: Actor;
  readonly reason: string | null;
  readonly cause: 'operator' | 'expiry';
  readonly sequence: number;
}

export interface AgentRecord {
  readonly address: Address;
  readonly addressId: AddressId;
  readonly serviceAccountId: ServiceAccountId;
  readonly org: OrgName;
  readonly workspace: WorkspaceName;
  readonly name: string;
  readonly description: string | null;
  readonly displayName: string | null;
  readonly tags: readonly Tag[];
  readonly metadata: JsonObject;
  readonly createdByNote: string | null;
  readonly createdAt: Timestamp;
  readonly updatedAt: Timestamp;
  readonly revoked: boolean;
  /** When the last stop that held exactly this agent was lifted: health is `unknown` until a later heartbeat. */
  readonly liftedAt: Timestamp | null;
  readonly lastSequence: number;
}

export interface KeyRecord {
  readonly keyId: KeyId;
  readonly holder: KeyHolder;
  readonly org: OrgName;
  readonly workspace: WorkspaceName;
  readonly workspaceOnly: boolean;
  readonly secretSha256: string;
  readonly hint: string;
  readonly createdAt: Timestamp;
  readonly createdByNote: string | null;
  readonly expiresAt: Timestamp | null;
  readonly expiresAtMs: number | null;
  readonly revokedAt: Timestamp | null;
  readonly lastSequence: number;
}

export interface OrganizationRecord {
  readonly org: OrgName;
  readonly name: string;
  readonly legalName: string | null;
  readonly primaryDomain: string | null;
  readonly metadata: JsonObject;
  readonly createdAt: Timestamp;
}

export interface WorkspaceRecord {
  readonly org: OrgName;
  readonly workspace: WorkspaceName;
  readonly name: string;
  readonly environment: string | null;
  readonly region: string | null;
  readonly createdAt: Timestamp;
}

export interface GatewayMember {
  readonly gateway: GatewayId;
  readonly region: RegionName;
  readonly boot: number;
  readonly url: string | null;
  readonly joinedAt: Timestamp;
  /** The sequence of the join. */
  readonly sequence: number;
  readonly lastSequence: number;
}
