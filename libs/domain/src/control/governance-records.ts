import type {
  Actor,
  Address,
  BreachId,
  BudgetKey,
  FactOf,
  OrgName,
  PolicyDocument,
  PolicyName,
  Timestamp,
  WebhookSubscribed,
} from '#contracts';

/** A policy as it stands. */
export interface PolicyRecord {
  readonly org: OrgName;
  readonly policy: PolicyName;
  readonly document: PolicyDocument;
  readonly by: Actor;
  readonly setAt: Timestamp;
  /** Of its PolicySet: tells one version from another. */
  readonly sequence: number;
}

/** What a policy left an agent, for a time. */
export interface RestrictionRecord {
  readonly address: Address;
  readonly org: OrgName;
  readonly policy: PolicyName;
  readonly rule: number;
  readonly breachId: BreachId;
  /** Acts per second over all gateways; `0`: blocked. */
  readonly perSecond: number;
  readonly untilMs: number;
  readonly sequence: number;
}

/** A cap as it stands. */
export interface BudgetRecord {
  /** As in `ledgerSubject`: equal texts mean equal budgets. */
  readonly id: string;
  readonly key: BudgetKey;
  readonly org: OrgName;
  readonly capMicro: number;
  readonly alertPct: readonly number[];
  readonly topUps: readonly TopUp[];
  readonly setAt: Timestamp;
  /** Of its last change: what the ledger must have taken over before anything is spent. */
  readonly sequence: number;
}

export interface TopUp {
  readonly topUpId: string;
  readonly amountMicro: number;
  readonly untilMs: number;
}

export interface WebhookRecord {
  readonly subscription: FactOf<typeof WebhookSubscribed>['data'];
  readonly createdAt: Timestamp;
  readonly updatedAt: Timestamp;
  readonly revokedAt: Timestamp | null;
  readonly sequence: number;
}
