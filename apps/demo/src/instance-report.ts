import { z } from 'zod';

/** What an agent's process tells the demo, so that it can be counted: its own view, not the mesh's. */
export const InstanceReport = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ready') }),
  z.object({ kind: z.literal('sent'), count: z.number() }),
  z.object({ kind: z.literal('refused'), code: z.string(), orderId: z.string().nullable() }),
  z.object({ kind: z.literal('heartbeat'), status: z.string() }),
  z.object({ kind: z.literal('mailed'), customers: z.array(z.number()), template: z.string() }),
  z.object({ kind: z.literal('hiccup'), message: z.string() }),
  z.object({ kind: z.literal('failed'), message: z.string() }),
]);
export type InstanceReport = z.infer<typeof InstanceReport>;

/** How an agent's process tells it. */
export type Tell = (report: InstanceReport) => void;

/** How the demo starts an agent's process. */
export const InstanceOrder = z.object({
  role: z.enum(['campaign', 'mailer', 'billing']),
  gatewayUrl: z.string(),
  apiKey: z.string(),
  address: z.string(),
  mailer: z.string(),
  template: z.string(),
  /** The broken one: it never reads a heartbeat's answer and never takes no for an answer. */
  rogue: z.boolean(),
});
export type InstanceOrder = z.infer<typeof InstanceOrder>;
