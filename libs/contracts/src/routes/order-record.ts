import { z } from 'zod';
import { Actor } from '../envelope.js';
import { Act } from '../events/activity.events.js';
import { Timestamp } from '../names.js';
import { Cut } from '../receipt.js';

/** Who did it, with the name of the key where it is one. */
export const NamedActor = Actor.extend({
  /** `null`: no operator's key, or one that this mesh does not know. */
  name: z.string().nullable(),
});
export type NamedActor = z.infer<typeof NamedActor>;

/** What one gateway let out of those whom a stop covers, until it applied the stop. */
export const BeforeStop = z.object({
  /** The last act that went out; `null`: none since `since`. */
  last: z
    .object({
      at: Timestamp,
      address: z.string(),
      act: z.string(),
      subject: z.string().nullable(),
    })
    .nullable(),
  /** Intents sent or answered and tools called, in the minute and in the hour before. */
  last_minute: z.number().int(),
  last_hour: z.number().int(),
  /** The counts begin here: an hour before the stop, or later where the gateway remembers less. */
  since: Timestamp,
});
export type BeforeStop = z.infer<typeof BeforeStop>;

/** A gateway's word that it applied a stop, as it stands in the activity log. */
export const ReceiptEntry = z.object({
  gateway: z.string(),
  region: z.string(),
  boot: z.number().int(),
  at: Timestamp,
  /** From the gateway's reading of the order to the end of the cut. */
  applied_after_ms: z.number(),
  cut: Cut,
  /** `null`: not recorded. */
  before: BeforeStop.nullable(),
});
export type ReceiptEntry = z.infer<typeof ReceiptEntry>;

/** What one gateway refused for one order. The times are those of windows of a quarter of a second. */
export const RefusalsOfGateway = z.object({
  gateway: z.string(),
  region: z.string(),
  count: z.number().int(),
  from: Timestamp,
  to: Timestamp,
  acts: z.array(z.object({ act: Act, count: z.number().int() })),
});
export type RefusalsOfGateway = z.infer<typeof RefusalsOfGateway>;

/** What the logs hold of one order beyond the order itself, as far as the read model has followed them. */
export const OrderRecord = z.object({
  receipts: z.array(ReceiptEntry),
  refusals: z.array(RefusalsOfGateway),
});
export type OrderRecord = z.infer<typeof OrderRecord>;
