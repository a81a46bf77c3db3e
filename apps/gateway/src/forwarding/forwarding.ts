import type { FastifyReply, FastifyRequest } from 'fastify';
import { ForwardedAnswer, live, type ForwardedRequest } from '#contracts';
import type { Messaging } from '#event-store';
import { ApiProblem } from '#platform';

export interface ForwardingOptions {
  readonly messaging: Messaging;
  /** Milliseconds for the whole answer; longer than any wait a caller may ask for. @default 35000 */
  readonly timeoutMs?: number;
  onAnswer(status: number | 'none'): void;
}

const TIMEOUT_MS = 35_000;

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
  'transfer-encoding',
]);

/** Hands a request to any command API over NATS, and its answer back as it came. */
export class Forwarding {
  constructor(private readonly options: ForwardingOptions) {}

  readonly handle = async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const answer = await this.ask(request);
    this.options.onAnswer(answer.status);
    for (const [name, value] of Object.entries(answer.headers)) {
      if (!NOT_RETURNED.has(name.toLowerCase())) void reply.header(name, value);
    }
    void reply.code(answer.status);
    return reply.send(
      answer.bodyBase64 === null ? undefined : Buffer.from(answer.bodyBase64, 'base64'),
    );
  };

  private async ask(request: FastifyRequest): Promise<ForwardedAnswer> {
    const { messaging, timeoutMs = TIMEOUT_MS, onAnswer } = this.options;
    const forwarded: ForwardedRequest = {
      method: request.method as ForwardedRequest['method'],
      url: request.url,
      headers: headersOf(request),
      bodyBase64: request.rawBody?.toString('base64') ?? null,
    };
    const body = JSON.stringify(forwarded);
    try {
      const bytes = await messaging.request(live.command, body, timeoutMs);
      return ForwardedAnswer.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
    } catch (error) {
      onAnswer('none');
      const detail = 'No command API answers. Try again shortly, or ask one directly.';
      throw new ApiProblem('command_api_unavailable', detail, { cause: error });
    }
  }
}

const headersOf = (request: FastifyRequest): Record<string, string> => {
  const headers: Record<string, string> = {
    'x-request-id': request.id,
    'x-trace-id': request.trace.traceId,
    traceparent: request.trace.traceparent,
  };
  for (const name of FORWARDED) {
    const value = request.headers[name];
    if (value !== undefined) headers[name] ??= Array.isArray(value) ? value.join(', ') : value;
  }
  return headers;
};
