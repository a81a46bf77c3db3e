import { ForwardedRequest, live, ordersStop, type ForwardedAnswer } from '#contracts';
import type { Message, Messaging } from '#event-store';
import { inSpan, problemAnswer, ApiProblem, type HttpServer, type Logger } from '#platform';

export interface ForwardingParts {
  /** Every way on which gateways may ask: one that stands still takes only the questions that went over it. */
  readonly messaging: readonly Pick<Messaging, 'subscribe'>[];
  readonly server: HttpServer;
  readonly logger: Logger;
  /** Resolves when this node has applied whatever the log held at the time of the call. */
  barrier(): Promise<void>;
}

const QUEUE = 'command-api';
const AT_ONCE_MAX = 1000;
const REREADS_AT_ONCE_MAX = 16;
const UNAUTHENTICATED = 401;
/** A stream never ends, so it cannot be one answer. Gateways serve it themselves. */
const STREAM_PATH = '/v1/mesh/stream';
/** The connection's own headers say nothing about the request. */
const HOP_HEADERS = new Set([
  'connection',
  'content-length',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
]);

/** Answers requests that gateways hand over: the same routes, checks and answers as over HTTP. */
export class ForwardedCommands {
  private running = 0;
  private rereads = 0;
  private subscriptions: readonly { stop(): void }[] = [];

  constructor(private readonly parts: ForwardingParts) {}

  listen(): void {
    const answer = (message: Message): void => void this.answer(message);
    this.subscriptions = this.parts.messaging.map((messaging) =>
      messaging.subscribe(live.command, answer, { queue: QUEUE }),
    );
  }

  stop(): void {
    for (const subscription of this.subscriptions) subscription.stop();
    this.subscriptions = [];
  }

  private async answer(message: Message): Promise<void> {
    this.running += 1;
    try {
      this.respond(message, await this.handle(message));
    } catch (error) {
      this.parts.logger.error({ err: error }, 'a forwarded request failed');
      this.respond(message, problem('internal_error', 'Something broke here.'));
    } finally {
      this.running -= 1;
    }
  }

  /** The servers take no message beyond their limit, so an answer may be too large for this way. */
  private respond(message: Message, answer: ForwardedAnswer): void {
    try {
      message.respond(JSON.stringify(answer));
    } catch (error) {
      this.parts.logger.warn({ err: error }, 'a forwarded request could not be answered as it was');
      const detail = 'The answer is too large to be forwarded. Ask for fewer entries with "limit".';
      message.respond(JSON.stringify(problem('payload_too_large', detail)));
    }
  }

  private async handle(message: Message): Promise<ForwardedAnswer> {
    const request = ForwardedRequest.safeParse(parseJson(message.text()));
    if (!request.success)
      return problem('malformed_request', 'The forwarded request cannot be read.');
    if (servedPathOf(request.data.url) === STREAM_PATH) {
      return problem(
        'not_found',
        'A stream cannot be forwarded. Ask the gateway or the command API itself.',
      );
    }
    if (this.running > AT_ONCE_MAX && !isStop(request.data)) {
      return problem('command_api_unavailable', 'This command API is busy. Try again shortly.');
    }
    const name = `forwarded ${request.data.method}`;
    const span = { headers: traceOf(message, request.data), kind: 'consumer' } as const;
    return inSpan(name, span, () => this.run(request.data));
  }

  /** A key that another node has just issued may be news here: such a request is tried again with all that the log holds. */
  private async run(request: ForwardedRequest): Promise<ForwardedAnswer> {
    const answer = await this.inject(request);
    if (answer.status !== UNAUTHENTICATED || this.rereads >= REREADS_AT_ONCE_MAX) return answer;
    this.rereads += 1;
    try {
      await this.parts.barrier();
      return await this.inject(request);
    } catch {
      return answer;
    } finally {
      this.rereads -= 1;
    }
  }

  private async inject({
    method,
    url,
    headers,
    bodyBase64,
  }: ForwardedRequest): Promise<ForwardedAnswer> {
    const kept = Object.entries(headers).filter(
      ([header]) => !HOP_HEADERS.has(header.toLowerCase()),
    );
    const response = await this.parts.server.inject({
      method,
      url,
      headers: Object.fromEntries(kept),
      ...(bodyBase64 !== null && { payload: Buffer.from(bodyBase64, 'base64') }),
    });
    return {
      status: response.statusCode,
      headers: plainHeaders(response.headers),
      bodyBase64: response.rawPayload.length === 0 ? null : response.rawPayload.toString('base64'),
    };
  }
}

/** The kill path adds nothing to its messages: what comes over it is traced by what the request itself says. */
const traceOf = ({ trace }: Message, { headers }: ForwardedRequest): Record<string, string> => {
  const { traceparent } = headers;
  return { ...(typeof traceparent === 'string' && { traceparent }), ...trace };
};

const plainHeaders = (headers: Readonly<Record<string, unknown>>): ForwardedAnswer['headers'] =>
  Object.fromEntries(
    Object.entries(headers)
      .filter(([header, value]) => value !== undefined && !HOP_HEADERS.has(header))
      .map(([header, value]) => [header, Array.isArray(value) ? value.map(String) : String(value)]),
  );

const problem = (code: ApiProblem['code'], detail: string): ForwardedAnswer => {
  const answer = problemAnswer(new ApiProblem(code, detail), { path: live.command, traceId: '' });
  return {
    status: answer.status,
    headers: { ...answer.headers, 'content-type': 'application/problem+json' },
    bodyBase64: Buffer.from(answer.body).toString('base64'),
  };
};

/** A stop is never refused for load. */
const isStop = ({ method, url }: ForwardedRequest): boolean =>
  ordersStop({ method, path: servedPathOf(url) ?? '' });

/** As `inject` reads it: with `.` and `..` followed, and a backslash taken for a slash. */
const servedPathOf = (url: string): string | null =>
  URL.parse(url, 'http://served')?.pathname ?? null;

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
