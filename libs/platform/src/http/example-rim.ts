import { z } from 'zod';
import {
  agentAddress,
  defineRoute,
  type KeyId,
  type OrgName,
  type RouteDefinition,
  type WorkspaceName,
} from '#contracts';
import type { KeyRecord } from '#domain';
import { InMemoryKeyValue } from '#event-store';
import { createIdempotency } from '../idempotency/idempotency.js';
import { sha256Hex } from '../identity/hashed-ids.js';
import { createLogger } from '../log/logger.js';
import { createMetrics } from '../metrics/metrics.js';
import { bindRoute } from './bind-route.js';
import type { Handler, RouteHost } from './route-host.js';
import { createHttpServer, type HttpServer } from './server.js';

const SECRET = 'a'.repeat(64);
const record = (id: string, holder: KeyRecord['holder']): KeyRecord => ({
  keyId: id.padEnd(16, '0') as KeyId,
  holder,
  org: 'acme' as OrgName,
  workspace: 'production' as WorkspaceName,
  workspaceOnly: false,
  secretSha256: sha256Hex(SECRET),
  hint: 'aaaa',
  createdAt: '2026-01-31T03:00:00.000Z',
  createdByNote: null,
  expiresAt: null,
  expiresAtMs: null,
  revokedAt: null,
  lastSequence: 1,
});
const person = (roles: ('viewer' | 'operator')[]) =>
  ({ kind: 'op', name: 'Ada', roles, meshWide: false }) as const;
const robot = agentAddress('acme', 'production', 'robot');
const records = [
  record('viewer', person(['viewer'])),
  record('operator', person(['operator'])),
  record('robot', { kind: 'sa', address: robot }),
];
/** The headers of a caller: a viewer, an operator, or the agent `robot`. */
export const keyFor = (id: 'viewer' | 'operator' | 'robot'): Record<string, string> => ({
  'x-api-key': `estop_${id === 'robot' ? 'sa' : 'op'}_${id.padEnd(16, '0')}_${SECRET}`,
});

export const Stop = defineRoute({
  id: 'stops.order',
  method: 'POST',
  path: '/v1/mesh/agents/:address_id/kill',
  access: { kind: 'operator', permission: 'stop:order' },
  summary: 'Stops an agent',
  axme: true,
  params: z.object({ address_id: z.string().max(383) }),
  query: z.object({ limit: z.coerce.number().int().max(10).optional() }),
  body: z.strictObject({
    reason: z.string().optional(),
    mode: z.enum(['halt', 'pause']).optional(),
  }),
});
export const Send = defineRoute({
  id: 'intents.send',
  method: 'POST',
  path: '/v1/intents',
  access: { kind: 'gate', operators: 'intent:send' },
  summary: 'Sends an intent',
  axme: true,
  body: z.record(z.string(), z.json()),
});
export const Heartbeat = defineRoute({
  id: 'heartbeat',
  method: 'GET',
  path: '/v1/beat',
  access: { kind: 'gate', operators: null },
  summary: 'Beats',
  axme: true,
});
export const Health = defineRoute({
  id: 'health',
  method: 'GET',
  path: '/health',
  access: { kind: 'public' },
  summary: 'Health',
  axme: true,
});

export interface Sent {
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
  readonly method?: 'GET' | 'POST' | 'PUT' | 'OPTIONS' | 'HEAD';
}
export interface Wire {
  readonly status?: number;
  readonly trace_id?: string;
  readonly error?: { code: string; message: string; details?: { fields?: { path: string }[] } };
  readonly body?: unknown;
  readonly params?: unknown;
}

/** A server with routes, for specs: asked by `inject()`, so that no port is opened, at a time that stands still. */
export class ExampleRim {
  nowMs = 1_000_000;
  readonly clock = { nowMs: () => this.nowMs, monotonicMs: () => this.nowMs };
  readonly logLines: string[] = [];
  readonly log = createLogger({
    service: 'example',
    destination: { write: (line: string) => void this.logLines.push(line) },
  });
  readonly server: HttpServer;

  constructor(
    routes: readonly (readonly [RouteDefinition, unknown])[],
    change: Partial<RouteHost> = {},
  ) {
    const { clock, log } = this;
    const host: RouteHost = {
      view: { key: (id) => records.find(({ keyId }) => keyId === id) ?? null, agent: () => null },
      clock,
      ready: () => true,
      idempotency: createIdempotency(new InMemoryKeyValue(), clock),
      log,
      ...change,
    };
    const metrics = createMetrics('example', { processDefaults: false });
    this.server = createHttpServer({ service: 'example', log, metrics });
    for (const [route, handler] of routes) {
      bindRoute(this.server, route, host, handler as Handler<RouteDefinition>);
    }
  }

  async ask(url: string, { headers = {}, body, method }: Sent = {}) {
    const response = await this.server.inject({
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      url,
      headers,
      ...(body !== undefined && { payload: body }),
    });
    const isJson =
      String(response.headers['content-type']).includes('json') && response.body !== '';
    return { response, wire: isJson ? (JSON.parse(response.body) as Wire) : ({} as Wire) };
  }

  /** The problem's code, or the status where there is none. */
  async codeOf(url: string, sent?: Sent): Promise<string | number> {
    const { response, wire } = await this.ask(url, sent);
    const type = String(response.headers['content-type']);
    if (wire.error && !type.startsWith('application/problem+json')) return `not a problem: ${type}`;
    return wire.error?.code ?? response.statusCode;
  }
}
