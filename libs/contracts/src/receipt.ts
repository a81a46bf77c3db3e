import { z } from 'zod';
import { GatewayId, RegionName, StopOrderId } from './names.js';

/** What a gateway ended for a stop, before it said so. */
export const Cut = z.object({
  streams: z.number().int().nonnegative(),
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

/** Sent by a gateway at once after each batch of control events, and every second as a sign of life. */
export const PositionReport = z.object({
  gateway: GatewayId,
  region: RegionName,
  boot: z.number().int().positive(),
  /** All control events up to this sequence are applied there. */
  position: z.number().int().nonnegative(),
  receipts: z.array(Receipt),
});
export type PositionReport = z.infer<typeof PositionReport>;
