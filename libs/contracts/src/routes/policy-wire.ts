import { z } from 'zod';
import { BreachId, BreachOutcome, Evidence } from '../events/policy.events.js';
import { Address, OrgName, Timestamp } from '../names.js';
import { PolicyDocument, PolicyMode, PolicyName } from '../policy-document.js';
import { NamedActor } from './order-record.js';

/** A policy that is known by one word. */
export const PolicyPreset = z.enum(['cautious', 'payments', 'batch']);
export type PolicyPreset = z.infer<typeof PolicyPreset>;

const { name, target, rules, max_stops_per_minute, cooldown_seconds, description } =
  PolicyDocument.shape;

/** A policy as it is sent: the document, or a word for its rules. What is left out has the default of the document, or of the preset. */
export const DraftPolicy = z
  .strictObject({
    /** The name in the path, again. */
    name: name.optional(),
    target,
    mode: PolicyMode.optional(),
    rules: rules.optional(),
    preset: PolicyPreset.optional(),
    max_stops_per_minute: max_stops_per_minute.unwrap().optional(),
    cooldown_seconds: cooldown_seconds.unwrap().optional(),
    description,
    /** The name of the org, where the policy may stop every agent of it. */
    confirm: z.string().min(1).max(127).optional(),
  })
  .refine(
    (draft) => (draft.rules === undefined) !== (draft.preset === undefined),
    'must have exactly one of rules and preset',
  );
export type DraftPolicy = z.infer<typeof DraftPolicy>;

/** Something about a policy that its author may want to know. With an `error` it cannot be set. */
export const PolicyFinding = z.object({
  level: z.enum(['error', 'warning']),
  /** `names_nothing`, `shadowed`, …; `invalid_field` for what does not fit the form. */
  code: z.string(),
  /** `rules.0.when.intents.over`; empty for the whole. */
  path: z.string(),
  message: z.string(),
});
export type PolicyFinding = z.infer<typeof PolicyFinding>;

/** The registered agents within the target at this moment; later ones are watched from their first act. */
export const Watched = z.object({
  agents: z.number().int(),
  /** The first twenty, by address. */
  sample: z.array(Address),
});
export type Watched = z.infer<typeof Watched>;

export const PolicyEntry = z.object({
  org_id: OrgName,
  name: PolicyName,
  document: PolicyDocument,
  /** The place of this version in the control log; `null`: it is not set. */
  version: z.number().int().nullable(),
  set_at: Timestamp.nullable(),
  set_by: NamedActor.nullable(),
});
export type PolicyEntry = z.infer<typeof PolicyEntry>;

/** What a policy left an agent: less than a stop, for a time. */
export const RestrictionView = z.object({
  address: Address,
  policy: PolicyName,
  /** From 0. */
  rule: z.number().int(),
  breach_id: BreachId,
  /** Acts per second that may go out, over all gateways together; `0`: blocked. */
  per_second: z.number(),
  until: Timestamp,
});
export type RestrictionView = z.infer<typeof RestrictionView>;

export const PolicyView = PolicyEntry.extend({
  watches: Watched,
  /** The first hundred whom it throttles or blocks now. */
  restricts: z.array(RestrictionView),
});
export type PolicyView = z.infer<typeof PolicyView>;

/** What a stop or a restriction goes back to. */
export const BreachView = z.object({
  breach_id: BreachId,
  policy: PolicyName,
  /** Which version of the policy. */
  version: z.number().int(),
  /** From 0. */
  rule: z.number().int(),
  address: Address,
  outcome: BreachOutcome,
  at: Timestamp,
  evidence: Evidence,
});
export type BreachView = z.infer<typeof BreachView>;
