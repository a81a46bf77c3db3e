import { z } from 'zod';
import { defineEvent, type FactOf, type Recorded } from '../envelope.js';
import { Address, GatewayId, OrgName, RegionName, StopOrderId, Timestamp } from '../names.js';
import { MicroUnits } from '../money.js';
import { PolicyAction, PolicyMode, PolicyName } from '../policy-document.js';
import { Brake } from '../policy-breach.js';
import { Cut } from '../receipt.js';
import { SessionId } from './budget.events.js';
import { BreachId, Evidence } from './policy.events.js';

/** An act the gate was asked about. */
export const Act = z.enum([
  'intent.send',
  'intent.receive',
  'intent.answer',
  'intent.deliver',
  'intent.read',
  'guard',
  'heartbeat',
]);
export type Act = z.infer<typeof Act>;

/** So many equal decisions in one window at one gateway. */
export const DecisionCount = z.object({
  act: Act,
  /** `null`: allowed; otherwise the code of the refusal. */
  refusedBy: z.string().nullable(),
  orderId: StopOrderId.nullable(),
  /** The intent type or tool, where the act has one. */
  subject: z.string().max(200).nullable(),
  count: z.number().int().positive(),
  /** The gateway could not prove that it knew every stop; the namespace lets its traffic pass all the same. */
  stale: z.literal(true).optional(),
  /** Refused by, or passed with a warning of, this rule of a policy of the agent's org. */
  policy: PolicyName.optional(),
  /** From 0. */
  rule: z.number().int().nonnegative().optional(),
  /** All of them named this session. */
  session: SessionId.optional(),
  /** What they declared to cost, together. */
  costMicroUsd: MicroUnits.optional(),
});
export type DecisionCount = z.infer<typeof DecisionCount>;

/** What one gateway decided about one agent in a window of a quarter of a second. */
export const DecisionsCounted = defineEvent(
  'DecisionsCounted',
  z.object({
    address: Address,
    region: RegionName,
    gateway: GatewayId,
    from: Timestamp,
    to: Timestamp,
    decisions: z.array(DecisionCount),
  }),
);

/** Increments since the heartbeat before; money in micro-units of a dollar. */
export const Usage = z.object({
  intentsTotal: z.number().nonnegative(),
  intentsSucceeded: z.number().nonnegative(),
  intentsFailed: z.number().nonnegative(),
  costMicroUsd: z.number().int().nonnegative(),
  tokensIn: z.number().nonnegative(),
  tokensOut: z.number().nonnegative(),
  avgLatencyMs: z.number().nonnegative().nullable(),
});
export type Usage = z.infer<typeof Usage>;

/** An agent's sign of life, with what it did since the last. */
export const HeartbeatReceived = defineEvent(
  'HeartbeatReceived',
  z.object({
    address: Address,
    region: RegionName,
    gateway: GatewayId,
    instance: z.string().max(200).nullable(),
    /** What the answer said: `healthy`, `killed`, … */
    answered: z.string().max(32),
    usage: Usage.nullable(),
  }),
);

/** An act that went out of an agent: the last one before a stop, say. */
export const LastAct = z.object({
  at: Timestamp,
  address: Address,
  act: Act,
  /** The intent type or tool, where the act has one. */
  subject: z.string().max(200).nullable(),
});
export type LastAct = z.infer<typeof LastAct>;

/** What a gateway let out (intents sent or answered, tools called) of those whom a stop covers, until it applied the stop. */
export const Before = z.object({
  /** `null`: nothing since `since`. */
  last: LastAct.nullable(),
  /** Acts let out in the minute and in the hour before. */
  lastMinute: z.number().int().nonnegative(),
  lastHour: z.number().int().nonnegative(),
  /** The counts begin here: an hour before the stop, or later where the gateway remembers less. */
  since: Timestamp,
});
export type Before = z.infer<typeof Before>;

/** A gateway applied a stop; the proof in the audit. Version 1 did not say what went out before. */
export const StopApplied = defineEvent(
  'StopApplied',
  z.object({
    orderId: StopOrderId,
    region: RegionName,
    gateway: GatewayId,
    boot: z.number().int().positive(),
    position: z.number().int().nonnegative(),
    appliedAfterMs: z.number().nonnegative(),
    cut: Cut,
    /** `null`: not recorded. */
    before: Before.nullable(),
  }),
  2,
  { 1: (data) => ({ ...(data as object), before: null }) },
);

/** An agent's health went from one state to another by the passing of time. */
export const HealthChanged = defineEvent(
  'HealthChanged',
  z.object({
    address: Address,
    from: z.string().max(32),
    to: z.string().max(32),
    lastHeartbeatAt: Timestamp.nullable(),
  }),
);

const noticed = {
  org: OrgName,
  policy: PolicyName,
  policySequence: z.number().int().positive(),
  /** From 0. */
  rule: z.number().int().nonnegative(),
};

/** A policy in `shadow` or `warn` would have acted. */
export const BreachSeen = defineEvent(
  'BreachSeen',
  z.object({
    ...noticed,
    breachId: BreachId,
    address: Address,
    mode: PolicyMode,
    action: PolicyAction,
    evidence: Evidence,
  }),
);

/** An agent has come as near to a limit as its rule's `warn_at` says. */
export const LimitNear = defineEvent(
  'LimitNear',
  z.object({ ...noticed, address: Address, mode: PolicyMode, evidence: Evidence }),
);

/** A policy in `enforce` did not act, though a rule was breached. */
export const PolicyBraked = defineEvent(
  'PolicyBraked',
  z.object({
    ...noticed,
    brake: Brake,
    /** `null`: it concerns many agents. */
    address: Address.nullable(),
    agents: z.number().int().positive(),
    evidence: Evidence,
  }),
);

export const activityEvents = [
  DecisionsCounted,
  HeartbeatReceived,
  StopApplied,
  HealthChanged,
  BreachSeen,
  LimitNear,
  PolicyBraked,
] as const;
export type ActivityFact = FactOf<(typeof activityEvents)[number]>;
export type ActivityEvent = Recorded<ActivityFact>;
