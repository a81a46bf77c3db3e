import { z } from 'zod';
import { defineEvent, type FactOf } from '../envelope.js';
import { Address, OrgName, StopOrderId, Timestamp } from '../names.js';
import { PolicyDocument, PolicyName } from '../policy-document.js';
import { StopMode } from './stop.events.js';

/** The policy is this document from now on, whatever it was before. */
export const PolicySet = defineEvent(
  'PolicySet',
  z.object({ org: OrgName, policy: PolicyName, document: PolicyDocument }),
);

export const PolicyRemoved = defineEvent(
  'PolicyRemoved',
  z.object({ org: OrgName, policy: PolicyName }),
);

/** One breach of one rule by one agent: a hash, so that nobody acts on it twice. */
export const BreachId = z
  .string()
  .regex(/^breach_[a-z2-7]{20}$/, 'must be "breach_" and 20 characters of a-z and 2-7')
  .brand<'BreachId'>();
export type BreachId = z.infer<typeof BreachId>;

/** What was measured when a rule was breached. */
export const Evidence = z.object({
  /** The condition's name, `intents` for example. */
  condition: z.string().max(63),
  /** `null` where the condition has no number: a forbidden tool. */
  measured: z.number().nullable(),
  limit: z.number().nullable(),
  /** In words: `minute`, `per hour`, `total`, `session`, … */
  window: z.string().max(63).nullable(),
  samples: z.number().int().nonnegative().nullable(),
  /** The type, tool, session or signal that it was about. */
  subject: z.string().max(300).nullable(),
  /** One line for people. */
  says: z.string().max(500),
});
export type Evidence = z.infer<typeof Evidence>;

export const BreachOutcome = z.enum(['alert', 'throttle', 'block', 'stop', 'revoke', 'braked']);
export type BreachOutcome = z.infer<typeof BreachOutcome>;

/** A policy acted. What it did on others' orders (a stop, a revocation) stands in events of its own. */
export const PolicyBreached = defineEvent(
  'PolicyBreached',
  z.object({
    breachId: BreachId,
    org: OrgName,
    policy: PolicyName,
    /** Which version of the policy: the sequence of its PolicySet. */
    policySequence: z.number().int().positive(),
    /** From 0. */
    rule: z.number().int().nonnegative(),
    address: Address,
    outcome: BreachOutcome,
    /** Where it stopped: in which mode, by which order. */
    mode: StopMode.nullable(),
    orderId: StopOrderId.nullable(),
    evidence: Evidence,
  }),
);

/** Gateways let the agent do no more than this until then; less than a stop. */
export const AgentRestricted = defineEvent(
  'AgentRestricted',
  z.object({
    address: Address,
    org: OrgName,
    policy: PolicyName,
    rule: z.number().int().nonnegative(),
    breachId: BreachId,
    /** Acts per second that may go out, over all gateways together; `0`: none, which is a block. */
    perSecond: z.number().min(0),
    until: Timestamp,
  }),
);

/** Before its time was over. */
export const RestrictionLifted = defineEvent(
  'RestrictionLifted',
  z.object({ address: Address, org: OrgName, policy: PolicyName }),
);

export const policyEvents = [
  PolicySet,
  PolicyRemoved,
  PolicyBreached,
  AgentRestricted,
  RestrictionLifted,
] as const;
export type PolicyEvent = FactOf<(typeof policyEvents)[number]>;
