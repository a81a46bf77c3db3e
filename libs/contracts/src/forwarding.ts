import { z } from 'zod';
import { drainAgent, killAgent, pauseAgent, quarantineAgent } from './routes/agent-stops.routes.js';
import type { RouteDefinition } from './routes/route.js';
import { killSession } from './routes/sessions.routes.js';
import { orderStop } from './routes/stops.routes.js';

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

const stops: readonly RouteDefinition[] = [
  orderStop,
  killAgent,
  pauseAgent,
  quarantineAgent,
  drainAgent,
  killSession,
];
const STOP_PATHS = stops.map(({ path }) => new RegExp(`^${path.replace(/:\w+/g, '[^/]+')}$`));

/** Whether a request orders a stop: it waits for nothing, and has one effect with its key however often it is made. */
export const ordersStop = ({ method, path }: { method: string; path: string }): boolean =>
  method === 'POST' && STOP_PATHS.some((pattern) => pattern.test(path));
