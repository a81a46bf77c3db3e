import { z } from 'zod';
import { Actor } from '../envelope.js';
import { Reason, StopMode } from '../events/stop.events.js';
import { Address, AddressId, GatewayId, RegionName, StopOrderId, Timestamp } from '../names.js';
import { Cut } from '../receipt.js';
import { Capability, Namespace, Selector } from '../selector.js';
import { OrgName, Tag } from '../names.js';

/** A mode as people write it: `kill` is another word for `halt`. */
export const StopModeInput = z
  .enum([...StopMode.options, 'kill'])
  .transform((mode): StopMode => (mode === 'kill' ? 'halt' : mode));

const capability = { capability: Capability.optional() };
/** An address in full, or `agent://org/name` for the caller's own workspace. */
export const AddressText = z.string().min(1).max(383);

/** A selector as people write it: a tag without a namespace means the caller's org. */
export const SelectorInput = z.union(
  [
    z.strictObject({ agent: AddressText, ...capability }),
    z.strictObject({ tag: Tag, namespace: Namespace.optional(), ...capability }),
    z.strictObject({ tag: Tag, org: OrgName, ...capability }),
    z.strictObject({ namespace: Namespace, ...capability }),
    z.strictObject({ org: OrgName, ...capability }),
  ],
  'must be one of {"agent": …}, {"tag": …} (with "namespace" to narrow it), {"namespace": …} or {"org": …}, each with "capability" if only one kind of act is to stop',
);
export type SelectorInput = z.infer<typeof SelectorInput>;

/** How long and for what the answer waits. `contained` waits for the proof that no gateway admits the target any more. */
export const Waiting = {
  wait: z.enum(['contained', 'committed', 'none']).default('contained'),
  /** Milliseconds. @default 1000 */
  timeout_ms: z.number().int().min(0).max(30_000).default(1000),
};

const DAYS_30 = 30 * 24 * 3600;

/** What may be said with any stop. All of it is optional: at 3 a.m. the stop comes first. */
export const StopDetails = {
  reason: Reason.nullish(),
  /** Seconds after which the stop is lifted through the log. */
  expires_in: z.number().int().min(1).max(DAYS_30).optional(),
  /** Drain only: seconds until the drain becomes a halt. @default 60 */
  drain_seconds: z.number().int().min(1).max(3600).optional(),
  ...Waiting,
};

/**
 * How far an order has come, never more than is proven: `ordered` (on a control node's disk and pushed), `effective` (every
 * gateway of the mesh has applied it, the log does not have it yet), `committed` (in the control log), `contained` (no
 * gateway admits the target until a lift), `lifted`.
 */
export const OrderState = z.enum(['ordered', 'effective', 'committed', 'contained', 'lifted']);
export type OrderState = z.infer<typeof OrderState>;

export const GatewayAnswer = z.object({
  gateway: GatewayId,
  region: RegionName,
  /** `acked`: its signed receipt came; `fenced`: it can admit nothing without knowing the order; `missing`: neither is proven. */
  state: z.enum(['acked', 'missing', 'fenced']),
  /** Milliseconds from the command to this gateway's receipt, where this node heard it. */
  applied_after_ms: z.number().nullable(),
  /** What the gateway ended for it; `null` where it only reported its position. */
  cut: Cut.nullable(),
});
export type GatewayAnswer = z.infer<typeof GatewayAnswer>;

/** How many of the gateways that are members have applied it. */
export const Effective = z.object({ acked: z.number().int(), of: z.number().int() });

export const LiftRequestEntry = z.object({
  requested_by: Actor,
  requested_at: Timestamp,
  reason: z.string().nullable(),
  /** After this it counts no more, and the next lift is a request again. */
  expires_at: Timestamp,
});
export type LiftRequestEntry = z.infer<typeof LiftRequestEntry>;

/** A stop order, and what the gateways said about it. */
export const OrderReport = z.object({
  order_id: StopOrderId,
  state: OrderState,
  mode: StopMode,
  selector: Selector,
  reason: z.string().nullable(),
  actor: Actor,
  ordered_at: Timestamp,
  expires_at: Timestamp.nullable(),
  drain_until: Timestamp.nullable(),
  lifted: z
    .object({
      at: Timestamp,
      actor: Actor,
      reason: z.string().nullable(),
      cause: z.enum(['operator', 'expiry']),
    })
    .nullable(),
  /** One person's wish to lift a wide stop: another one's lift confirms it. `null`: nobody waits for a second. */
  lift_request: LiftRequestEntry.nullable(),
  /** Its place in the control log; `null` while it is on a control node's disk alone. */
  sequence: z.number().int().nullable(),
  /** `false`: it stood already (or was lifted already), and this command changed nothing. */
  changed: z.boolean(),
  effective: Effective,
  committed: z.boolean(),
  /** `true`: proven, for every gateway. `false`: not proven here yet; nothing is guessed. */
  contained: z.boolean(),
  /** Milliseconds from the command to the proof; `null`: no proof yet, or this node did not see it come. */
  contained_after_ms: z.number().nullable(),
  gateways: z.array(GatewayAnswer),
});
export type OrderReport = z.infer<typeof OrderReport>;

/** The stop that decides what an agent may do: the strictest of those that hold it. */
export const StopMark = z.object({
  mode: StopMode,
  order_id: StopOrderId,
  since: Timestamp,
  reason: z.string().nullable(),
});
export type StopMark = z.infer<typeof StopMark>;

/** An order in the answer to "why": the strictest first. */
export const HoldingOrder = z.object({
  order_id: StopOrderId,
  mode: StopMode,
  selector: Selector,
  /** The selector in one line. */
  scope: z.string(),
  since: Timestamp,
  reason: z.string().nullable(),
  actor: Actor,
  expires_at: Timestamp.nullable(),
});
export type HoldingOrder = z.infer<typeof HoldingOrder>;

export const HealthStatus = z.enum([
  'healthy',
  'degraded',
  'unreachable',
  'killed',
  'paused',
  'quarantined',
  'draining',
  'unknown',
]);
export type HealthStatus = z.infer<typeof HealthStatus>;

export const AgentMark = z.object({
  address_id: AddressId,
  address: Address,
  health_status: HealthStatus,
});
export type AgentMark = z.infer<typeof AgentMark>;

/** What gateways have not yet applied a change, by the end of the wait. */
export const Spread = z.object({
  effective: Effective,
  /** Gateways that did not answer in time; they apply it as soon as they can. */
  missing: z.array(z.object({ gateway: GatewayId, region: RegionName })),
});
export type Spread = z.infer<typeof Spread>;
