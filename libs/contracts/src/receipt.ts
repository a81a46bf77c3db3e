import { z } from 'zod';
import { GatewayId, RegionName, StopOrderId } from './names.js';

/** What a gateway ended for a stop, before it said so. */
export const Cut = z.object({
  streams: z.number().int().nonnegative(),
  /** What was in flight: delivered work that was taken back. */
  calls: z.number().int().nonnegative(),
});
export type Cut = z.infer<typeof Cut>;

/** A gateway's word that a stop is in force there: sent after the cut, never before. */
export const Receipt = z.object({
  orderId: StopOrderId,
  /** From the gateway's reading of the order to the end of the cut, in milliseconds. */
  appliedAfterMs: z.number().nonnegative(),
  cut: Cut,
});
export type Receipt = z.infer<typeof Receipt>;

/**
 * How a gateway stands to the mesh. `superseded`: another process of its name took over; `rolled-back`: the log is not the one
 * it had pinned; both stay closed.
 */
export const GatewayPhaseWord = z.enum([
  'reading',
  'joining',
  'member',
  'superseded',
  'left',
  'rolled-back',
]);
export type GatewayPhaseWord = z.infer<typeof GatewayPhaseWord>;

/** Sent by a gateway at once after each batch of control events, and every second as a sign of life. */
export const PositionReport = z.object({
  gateway: GatewayId,
  region: RegionName,
  boot: z.number().int().positive(),
  /** All control events up to this sequence are applied there. */
  position: z.number().int().nonnegative(),
  /** Of builds of before the lease; receipts are signed now, and go their own way. */
  receipts: z.array(Receipt).default([]),
  /** This and what follows: not said by builds of before the lease. */
  phase: GatewayPhaseWord.optional(),
  /** `true`: it has no proof that its state is fresh, and admits nothing. */
  fenced: z.boolean().optional(),
  /** Since when its state is proven fresh, milliseconds before the report; `null`: never. */
  leaseAgeMs: z.number().nonnegative().nullable().optional(),
  /** Rolled back: which log it had pinned, and which one it reads; what `POST /v1/mesh/log/restored` must name. */
  rolledBack: z
    .object({ pinned: z.string().max(100), read: z.string().max(100).nullable() })
    .nullable()
    .optional(),
});
export type PositionReport = z.infer<typeof PositionReport>;
