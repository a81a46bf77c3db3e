import type {
  Actor,
  Address,
  AddressId,
  GatewayId,
  JsonObject,
  KeyHolder,
  KeyId,
  NodeId,
  OnFence,
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
  /** The order's place in the control log; `null`: it was pushed, and the log does not have it yet. */
  readonly sequence: number | null;
  readonly expiresAt: Timestamp | null;
  readonly drainUntilMs: number | null;
  readonly lift: StopLift | null;
  /** One person's wish to lift it, which another may confirm; stays after the lift, to show both. `null`: none. */
  readonly liftRequest: LiftRequest | null;
  /** The last sequence on the order's own subject: what a lift must name. `0` while the log does not have it. */
  readonly lastSequence: number;
}

export interface LiftRequest {
  readonly by: Actor;
  readonly reason: string | null;
  readonly at: Timestamp;
  /** From then on it counts no more. */
  readonly expiresAt: Timestamp;
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
  /** Whoever registered it on its behalf: revoked together. `null`: an operator did. */
  readonly parent: Address | null;
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
  /** Stops on a whole namespace or the org are lifted by two people. */
  readonly twoPersonLift: boolean;
  readonly createdAt: Timestamp;
}

export interface WorkspaceRecord {
  readonly org: OrgName;
  readonly workspace: WorkspaceName;
  readonly name: string;
  readonly environment: string | null;
  readonly region: string | null;
  /** What becomes of its traffic at a gateway that cannot prove its state. */
  readonly onFence: OnFence;
  /** The sequence of the last change of `onFence`; `0`: never. */
  readonly onFenceChangedAt: number;
  readonly createdAt: Timestamp;
}

export interface GatewayMember {
  readonly gateway: GatewayId;
  readonly region: RegionName;
  readonly boot: number;
  readonly url: string | null;
  /** Random: tells the join of one process from another's. */
  readonly join: string;
  readonly keyId: string | null;
  /** `null`: it signs nothing. */
  readonly publicKey: string | null;
  /** The stops that it can enforce. */
  readonly modes: readonly StopMode[];
  readonly joinedAt: Timestamp;
  /** The sequence of the join. */
  readonly sequence: number;
  readonly lastSequence: number;
}

/** A control node that counts. */
export interface NodeMember {
  readonly node: NodeId;
  readonly name: string;
  readonly join: string;
  readonly keyId: string;
  readonly publicKey: string;
  readonly url: string | null;
  readonly joinedAt: Timestamp;
  /** The sequence of the join. */
  readonly sequence: number;
  readonly lastSequence: number;
}

/** Somebody said that the log was restored on purpose; it counts once `confirmedBy` is another person. */
export interface LogRestore {
  /** What the second person's event must name. */
  readonly eventId: string;
  readonly old: string;
  readonly new: string;
  readonly by: Actor;
  readonly at: Timestamp;
  readonly confirmedBy: Actor | null;
  /** Of the last event about it. */
  readonly sequence: number;
}
