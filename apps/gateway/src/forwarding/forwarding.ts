import type { FastifyReply, FastifyRequest } from 'fastify';
import { ForwardedAnswer, live, type ForwardedRequest } from '#contracts';
import type { Messaging } from '#event-store';
import { ApiProblem, injectTrace, inSpan, type SpanOptions } from '#platform';
import { forwardable } from './forwardable.js';

export interface ForwardingOptions {
  readonly messaging: Messaging;
  onAnswer(status: number | 'none'): void;
}

/** A command API that took a request and died says nothing: so long a caller waits for it beyond its own wish. */
const PATIENCE_MS = 5000;
const WISH_MS_MAX = 30_000;
/** A rebuild is answered when it is done, or goes on by itself after this. */
const REBUILD_MS = 30_000;
const REBUILD_PATH = '/v1/audit/rebuild';

/** What of a request a command API may see; everything else ends here. */
const FORWARDED = [
  'accept',
  'authorization',
  'content-type',
  'idempotency-key',
  'last-event-id',
  'traceparent',
  'tracestate',
  'user-agent',
  'x-api-key',
  'x-request-id',
  'x-trace-id',
] as const;

/** Headers that belong to one connection, or that this server makes itself. */
const NOT_RETURNED = new Set([
  'connection',
  'content-length',
  'date',
  'keep-alive',
  'traceparent',
  'transfer-encoding',
]);

/** Hands a request to any command API over NATS, and its answer back as it came. */
export class Forwarding {
  constructor(private readonly options: ForwardingOptions) {}

  readonly handle = async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const method = forwardable(request);
    return inSpan(`${method} forwarded`, spanOf(request), () =>
      this.forward(method, request, reply),
    );
  };

  private async forward(
    method: ForwardedRequest['method'],
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<unknown> {
    const answer = await this.ask(method, request);
    this.options.onAnswer(answer.status);
    for (const [name, value] of Object.entries(answer.headers)) {
      if (!NOT_RETURNED.has(name.toLowerCase())) void reply.header(name, value);
    }
    void reply.code(answer.status);
    return reply.send(
      answer.bodyBase64 === null ? undefined : Buffer.from(answer.bodyBase64, 'base64'),
    );
  }

  private async ask(
    method: ForwardedRequest['method'],
    request: FastifyRequest,
  ): Promise<ForwardedAnswer> {
    const { messaging, onAnswer } = this.options;
    const forwarded: ForwardedRequest = {
      method,
      url: request.url,
      headers: headersOf(request),
      bodyBase64: request.rawBody?.toString('base64') ?? null,
    };
    const body = JSON.stringify(forwarded);
    try {
      const bytes = await messaging.request(live.command, body, patienceMs(request));
      return ForwardedAnswer.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
    } catch (error) {
      onAnswer('none');
      const detail = 'No command API answers. Try again shortly, or ask one directly.';
      throw new ApiProblem('command_api_unavailable', detail, { cause: error });
    }
  }
}

const patienceMs = ({ url, body }: FastifyRequest): number => {
  if (url.startsWith(REBUILD_PATH)) return PATIENCE_MS + REBUILD_MS;
  const { timeout_ms: wish } = (body ?? {}) as { timeout_ms?: unknown };
  return PATIENCE_MS + (typeof wish === 'number' ? Math.min(Math.max(wish, 0), WISH_MS_MAX) : 1000);
};

const spanOf = (request: FastifyRequest): SpanOptions => ({
  kind: 'server',
  headers: { traceparent: request.trace.traceparent },
  attributes: {
    'url.path': request.url.split('?', 1)[0] ?? '/',
    'estop.request': request.id,
    'messaging.system': 'nats',
    'messaging.destination.name': live.command,
  },
});

const headersOf = (request: FastifyRequest): Record<string, string> => {
  const headers: Record<string, string> = {
    'x-request-id': request.id,
    'x-trace-id': request.trace.traceId,
    traceparent: request.trace.traceparent,
    ...injectTrace(),
  };
  for (const name of FORWARDED) {
    const value = request.headers[name];
    if (value !== undefined) headers[name] ??= Array.isArray(value) ? value.join(', ') : value;
  }
  return headers;
};
