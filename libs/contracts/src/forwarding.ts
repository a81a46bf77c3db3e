import { z } from 'zod';

/** An HTTP request that a gateway hands to any command API on `live.command`, as JSON. */
export const ForwardedRequest = z.object({
  method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']),
  /** Path and query as they came. */
  url: z.string().startsWith('/').max(16_384),
  headers: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
  /** `null`: no body. */
  bodyBase64: z.base64().nullable(),
});
export type ForwardedRequest = z.infer<typeof ForwardedRequest>;

/** The answer to it, for the gateway to give back as it is. */
export const ForwardedAnswer = z.object({
  status: z.number().int().min(100).max(599),
  headers: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
  bodyBase64: z.base64().nullable(),
});
export type ForwardedAnswer = z.infer<typeof ForwardedAnswer>;
