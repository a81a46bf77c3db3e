import { z } from 'zod';
import { defineEvent, type FactOf } from '../envelope.js';
import { GatewayId, RegionName } from '../names.js';

/** The first event of the control log. Another incarnation means another log, not a newer one. */
export const LogStarted = defineEvent('LogStarted', z.object({ incarnation: z.string().min(16) }));

/** A gateway counts from when this is read back. Boots are ordered: a lower one is ignored. */
export const GatewayJoined = defineEvent(
  'GatewayJoined',
  z.object({
    gateway: GatewayId,
    region: RegionName,
    boot: z.number().int().positive(),
    url: z.string().max(500).nullable(),
  }),
);

/** It stopped serving first, then said so. */
export const GatewayLeft = defineEvent(
  'GatewayLeft',
  z.object({ gateway: GatewayId, boot: z.number().int().positive() }),
);

/** It was silent for too long; later answers do not wait for it. */
export const GatewayRemoved = defineEvent(
  'GatewayRemoved',
  z.object({
    gateway: GatewayId,
    boot: z.number().int().positive(),
    silentForMs: z.number().int().nonnegative(),
  }),
);

export const meshEvents = [LogStarted, GatewayJoined, GatewayLeft, GatewayRemoved] as const;
export type MeshEvent = FactOf<(typeof meshEvents)[number]>;
