import { z } from 'zod';
import { BreachId, BreachOutcome, Evidence } from './events/policy.events.js';
import { Address, OrgName, StopOrderId, Timestamp } from './names.js';
import { PolicyAction, PolicyName } from './policy-document.js';

/** Why a policy did not do what its rule says. */
export const Brake = z.enum([
  /** So many agents were stopped by it within the minute that the next one is for people to decide. */
  'stops_per_minute',
  /** More than half of the watched agents fell silent at once: the fault is more likely in between than in them. */
  'heartbeat_cliff',
]);
export type Brake = z.infer<typeof Brake>;

/**
 * What a policy evaluator asks of any command API on `live.breach`, as JSON. It repeats the request, unchanged, until it
 * is answered; the breach's id makes the repeat harmless.
 */
export const BreachRequest = z.strictObject({
  breachId: BreachId,
  org: OrgName,
  policy: PolicyName,
  /** Which version of the policy was breached: where another one stands by now, nothing is done. */
  policySequence: z.number().int().positive(),
  /** From 0. */
  rule: z.number().int().nonnegative(),
  address: Address,
  /** What the rule says. With `brake` it is only told, as `braked`. */
  action: PolicyAction,
  brake: Brake.nullable(),
  /**
   * For `block` and `throttle`: until when gateways restrict the agent; `null`: they refuse each such act by themselves,
   * so the breach is only told. `null` for every other action.
   */
  until: Timestamp.nullable(),
  evidence: Evidence,
  /** When the log stored what breached the rule, milliseconds since the epoch. */
  storedAtMs: z.number().int().nonnegative(),
});
export type BreachRequest = z.infer<typeof BreachRequest>;

export const BreachAnswer = z.discriminatedUnion('ok', [
  z.object({
    ok: z.literal(true),
    outcome: BreachOutcome,
    /** The stop that was ordered now, or the first time that this breach was told. */
    orderId: StopOrderId.nullable(),
  }),
  z.object({
    ok: z.literal(false),
    /**
     * - `invalid_request`: a bug; not repeated.
     * - `policy_changed`: the policy is another one by now, or gone; not repeated.
     * - `unavailable`: to be repeated.
     */
    code: z.enum(['invalid_request', 'policy_changed', 'unavailable']),
    message: z.string(),
  }),
]);
export type BreachAnswer = z.infer<typeof BreachAnswer>;
