import type { FastifyReply, FastifyRequest } from 'fastify';
import { ForwardedAnswer, live, ordersStop, type ForwardedRequest } from '#contracts';
import type { Messaging } from '#event-store';
import { ApiProblem, injectTrace, inSpan, type Ids, type SpanOptions } from '#platform';
import { forwardable } from './forwardable.js';

export interface ForwardingOptions {
  readonly messaging: Messaging;
  /** For stops: asks again over other ways where one stands still. */
  readonly urgent: Pick<Messaging, 'request'>;
  readonly ids: Pick<Ids, 'uuid'>;
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

/** Says that an answer was given before: no news to a caller who sent no key. */
const REPLAYED = 'idempotency-replayed';

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
    const isStop = ordersStop({ method, path: pathOf(request) });
    const headers = headersOf(request);
    const isKeyed = headers['idempotency-key'] !== undefined;
    // Whatever the ways do to it, however often it is asked: it is one command.
    if (isStop && !isKeyed) headers['idempotency-key'] = `gateway-${this.options.ids.uuid()}`;
    const bodyBase64 = request.rawBody?.toString('base64') ?? null;
    const body = JSON.stringify({ method, url: request.url, headers, bodyBase64 });
    const answer = await this.ask(body, { isStop, withinMs: patienceMs(request) });
    this.options.onAnswer(answer.status);
    return give(answer, reply, isKeyed);
  }

  private async ask(body: string, how: Asking): Promise<ForwardedAnswer> {
    try {
      const bytes = await this.answerTo(body, how);
      return ForwardedAnswer.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
    } catch (error) {
      this.options.onAnswer('none');
      const detail = 'No command API answers. Try again shortly, or ask one directly.';
      throw new ApiProblem('command_api_unavailable', detail, { cause: error });
    }
  }

  /** A stop goes over the kill path; where that is broken, or nobody listens there, as everything else. */
  private async answerTo(body: string, { isStop, withinMs }: Asking): Promise<Uint8Array> {
    const { messaging, urgent } = this.options;
    if (!isStop) return messaging.request(live.command, body, withinMs);
    const endMs = performance.now() + withinMs;
    return urgent
      .request(live.command, body, withinMs)
      .catch(() => messaging.request(live.command, body, Math.max(1, endMs - performance.now())));
  }
}

const give = (answer: ForwardedAnswer, reply: FastifyReply, isKeyed: boolean): FastifyReply => {
  for (const [name, value] of Object.entries(answer.headers)) {
    const isOurs = !isKeyed && name.toLowerCase() === REPLAYED;
    if (!isOurs && !NOT_RETURNED.has(name.toLowerCase())) void reply.header(name, value);
  }
  void reply.code(answer.status);
  const { bodyBase64 } = answer;
  return reply.send(bodyBase64 === null ? undefined : Buffer.from(bodyBase64, 'base64'));
};

interface Asking {
  readonly isStop: boolean;
  readonly withinMs: number;
}

const pathOf = ({ url }: FastifyRequest): string => url.split('?', 1)[0] ?? '/';

const patienceMs = ({ url, body }: FastifyRequest): number => {
  if (url.startsWith(REBUILD_PATH)) return PATIENCE_MS + REBUILD_MS;
  const { timeout_ms: wish } = (body ?? {}) as { timeout_ms?: unknown };
  return PATIENCE_MS + (typeof wish === 'number' ? Math.min(Math.max(wish, 0), WISH_MS_MAX) : 1000);
};

const spanOf = (request: FastifyRequest): SpanOptions => ({
  kind: 'server',
  headers: { traceparent: request.trace.traceparent },
  attributes: {
    'url.path': pathOf(request),
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
