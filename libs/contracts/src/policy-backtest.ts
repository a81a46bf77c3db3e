import { z } from 'zod';
import { Evidence } from './events/policy.events.js';
import { Address, OrgName, Timestamp } from './names.js';
import { PolicyAction, PolicyDocument } from './policy-document.js';

/**
 * Asked of the policy evaluators on `live.backtest`, as JSON: what would this policy have done? With partitions each
 * evaluator answers for all agents, so any one answer is complete.
 */
export const BacktestRequest = z.strictObject({
  org: OrgName,
  document: PolicyDocument,
  /** Activity that was stored from then on counts. */
  since: Timestamp,
  /** Milliseconds until the answer is of no use any more. */
  timeoutMs: z.number().int().min(100).max(30_000).default(5_000),
});
export type BacktestRequest = z.infer<typeof BacktestRequest>;

/** One agent that a rule would have acted on. */
export const BacktestFiring = z.object({
  rule: z.number().int().nonnegative(),
  address: Address,
  /** When it would have fired first: the time of the log. */
  at: Timestamp,
  action: PolicyAction,
  /** How often by the end, the cooldown observed. */
  times: z.number().int().positive(),
  evidence: Evidence,
  /** What the agent did after the first firing, and would not have done: for actions that stop it. */
  saved: z.object({
    cost_usd: z.number().nonnegative(),
    intents: z.number().int().nonnegative(),
  }),
});
export type BacktestFiring = z.infer<typeof BacktestFiring>;

export const BacktestReport = z.object({
  ok: z.literal(true),
  since: Timestamp,
  /** The first event that the log still held, when that is later than `since`. */
  recorded_from: Timestamp.nullable(),
  until: Timestamp,
  events: z.number().int().nonnegative(),
  /** Agents within the target that were seen in that time. */
  agents: z.number().int().nonnegative(),
  /** In the order of their first firing; at most a thousand. */
  firings: z.array(BacktestFiring).max(1000),
  /** All of them, those beyond the thousand too. */
  fired: z.number().int().nonnegative(),
  saved: z.object({
    cost_usd: z.number().nonnegative(),
    intents: z.number().int().nonnegative(),
  }),
  /** Why the figures may not be the whole truth: events that could not be read, limits that were reached. */
  remarks: z.array(z.string()),
});
export type BacktestReport = z.infer<typeof BacktestReport>;

export const BacktestAnswer = z.discriminatedUnion('ok', [
  BacktestReport,
  z.object({
    ok: z.literal(false),
    code: z.enum(['invalid_request', 'busy', 'unavailable', 'took_too_long']),
    message: z.string(),
  }),
]);
export type BacktestAnswer = z.infer<typeof BacktestAnswer>;
