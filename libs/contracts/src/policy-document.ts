import { z } from 'zod';
import { Address, NamePart, OrgName, Tag } from './names.js';
import { Namespace } from './selector.js';

/** A policy's name within its org; it becomes a subject token. */
export const PolicyName = NamePart.brand<'PolicyName'>();
export type PolicyName = z.infer<typeof PolicyName>;

/**
 * `shadow` tells what it would have done; `warn` tells those concerned as well; `enforce` acts.
 */
export const PolicyMode = z.enum(['shadow', 'warn', 'enforce']);
export type PolicyMode = z.infer<typeof PolicyMode>;

/** Whom a policy watches: each agent within by itself. */
export const PolicyTarget = z.union([
  z.strictObject({ agent: Address }),
  z.strictObject({ tag: Tag, namespace: Namespace }),
  z.strictObject({ tag: Tag, org: OrgName.optional() }),
  z.strictObject({ namespace: Namespace }),
  z.strictObject({ org: OrgName }),
]);
export type PolicyTarget = z.infer<typeof PolicyTarget>;

const Direction = z.enum(['send', 'receive']);
const count = z.number().int().min(0).max(1_000_000_000);
const usd = z.number().min(0).max(1_000_000_000);
const seconds = z
  .number()
  .int()
  .min(1)
  .max(365 * 24 * 3600);
const share = z.number().gt(0).max(1);
const Globs = z
  .array(
    z.string().regex(/^[A-Za-z0-9_.*:/-]{1,128}$/, 'must be a glob of A-Z a-z 0-9 _ . : / - and *'),
  )
  .min(1)
  .max(100);
const listed = { allow: Globs.optional(), deny: Globs.optional() };
const oneList = (lists: { allow?: unknown; deny?: unknown }): boolean =>
  (lists.allow === undefined) !== (lists.deny === undefined);
const ONE_LIST = 'must have exactly one of allow and deny';

/** What a rule looks at: one condition each, with its unit and its window. Minutes, hours and days slide; months are of the UTC calendar. */
const conditions = {
  /** Dollars that the agent reported in heartbeats or declared in calls; where it does both, the larger sum counts. */
  cost_usd: z.strictObject({ over: usd, per: z.enum(['hour', 'day', 'month', 'total']) }),
  /** Intents that passed the gate. */
  intents: z.strictObject({
    over: count,
    per: z.enum(['minute', 'hour', 'day']),
    direction: Direction.default('send'),
  }),
  /** Tokens in and out, as the agent reported them. */
  tokens: z.strictObject({
    over: count,
    per: z.enum(['minute', 'hour', 'day', 'month', 'total']),
  }),
  /** The share of intents that the agent reported as failed. */
  error_rate: z.strictObject({
    over: share,
    per: z.enum(['minute', 'hour', 'day']),
    min_samples: count.min(1).default(20),
  }),
  /** How often the gate refused the agent: it keeps trying what it may not. */
  refusal_rate: z.strictObject({ over: count, per: z.enum(['minute', 'hour', 'day']) }),
  intent_types: z
    .strictObject({ ...listed, direction: Direction.default('send') })
    .refine(oneList, ONE_LIST),
  tools: z.strictObject(listed).refine(oneList, ONE_LIST),
  /** Seconds since the session began. */
  session_duration: z.strictObject({ over: seconds }),
  /** Guarded calls and intents that named one session. */
  session_actions: z.strictObject({ over: count }),
  /** Dollars that calls of one session declared. */
  session_cost: z.strictObject({ over: usd }),
  /** Seconds since the last heartbeat of an agent that ever had one. */
  heartbeat_age: z.strictObject({ over: seconds }),
  signal: z.strictObject({
    source: z.string().min(1).max(63).optional(),
    metric: z.string().min(1).max(200).optional(),
    /** This severity or a worse one. */
    severity: z.enum(['info', 'warning', 'critical']).default('critical'),
  }),
  /** More acts in a minute than the agent's own last hours make likely. */
  burst: z.strictObject({
    factor: z.number().gt(1).max(1000).default(5),
    confidence: z.number().min(0.5).max(0.999999).default(0.999),
    min_samples: count.min(10).default(60),
  }),
  /** The mean of the last hour has moved away from the agent's own last week. */
  drift: z.strictObject({
    of: z.enum(['intents', 'cost_usd', 'tokens', 'error_rate']),
    confidence: z.number().min(0.5).max(0.999999).default(0.999),
    min_samples: count.min(10).default(100),
  }),
} as const;

export type ConditionKind = keyof typeof conditions;
export type Conditions = { readonly [K in ConditionKind]: z.infer<(typeof conditions)[K]> };
export const conditionKinds = Object.keys(conditions) as ConditionKind[];

const When = z
  .strictObject(conditions)
  .partial()
  .refine(
    (when) => Object.values(when).filter((one) => one !== undefined).length === 1,
    `must have exactly one of ${conditionKinds.join(', ')}`,
  );
export type When = z.infer<typeof When>;

/** What follows. Words alone, but for the throttle, which needs its rate. */
export const PolicyAction = z.union([
  z.enum(['alert', 'block', 'pause', 'quarantine', 'halt', 'revoke']),
  z.strictObject({
    throttle: z.strictObject({ to: count.min(1), per: z.enum(['second', 'minute', 'hour']) }),
  }),
]);
export type PolicyAction = z.infer<typeof PolicyAction>;

export const PolicyRule = z.strictObject({
  when: When,
  then: PolicyAction,
  /** A share of the limit at which those concerned are warned, for conditions that have a limit. */
  warn_at: share.optional(),
});
export type PolicyRule = z.infer<typeof PolicyRule>;

/** A policy as its author writes it, and as the log keeps it (defaults filled in). */
export const PolicyDocument = z.strictObject({
  name: PolicyName,
  target: PolicyTarget,
  mode: PolicyMode.default('shadow'),
  rules: z.array(PolicyRule).min(1).max(50),
  /** At most so many agents are stopped by it in a minute; above that it alerts. */
  max_stops_per_minute: count.min(1).max(10_000).default(10),
  /** After a rule acted on an agent it leaves that agent alone for so many seconds. */
  cooldown_seconds: z
    .number()
    .int()
    .min(0)
    .max(7 * 24 * 3600)
    .default(60),
  description: z.string().max(2000).optional(),
});
export type PolicyDocument = z.infer<typeof PolicyDocument>;
