import type { FastifyReply, FastifyRequest } from 'fastify';
import type { RouteDefinition } from '#contracts';
import { inSpan, tracingEnabled, type SpanAttributes } from '../telemetry/trace-context.js';
import { callerOf } from './access.js';
import { answerOnce, idempotencyKeyOf, isStop } from './answer-once.js';
import { problemOf } from './problem.js';
import { readCall } from './read-call.js';
import type { AnyCall, AnyHandler, Bound, Handler, RouteHost } from './route-host.js';
import type { HttpServer } from './server.js';

/**
 * Binds a handler to its route. In this order: readiness and credentials (before the body is read), access, body, schema,
 * the host's gate, the idempotency key, the handler, the answer. Any error on the way becomes a problem.
 */
export const bindRoute = <R extends RouteDefinition>(
  server: HttpServer,
  route: R,
  host: RouteHost,
  handler: Handler<R>,
): void => {
  // A call is read by the schemas of this very route, so it is of the type that the handler asks for.
  const bound: Bound = { route, host, run: handler as unknown as AnyHandler };
  server.route({
    method: route.method,
    url: route.path,
    config: { routeId: route.id, urgent: isStop(route), takesYaml: route.yaml ?? false },
    // A stream would be opened by HEAD and never end.
    ...(route.method === 'GET' && { exposeHeadRoute: route.answers !== 'sse' }),
    onRequest: (request, _reply, done) => {
      try {
        request.principal = callerOf(route, host, request);
        done();
      } catch (error) {
        done(error as Error);
      }
    },
    handler: (request, reply) =>
      // What a stream does for as long as it is open is no part of the request that opened it.
      tracingEnabled() && route.answers !== 'sse'
        ? traced(route, request, () => handle(bound, request, reply))
        : handle(bound, request, reply),
  });
};

const handle = async (
  bound: Bound,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> => {
  const { route, host, run } = bound;
  const key = idempotencyKeyOf(route, request);
  const call = readCall(route, { request, reply, idempotencyKey: key });
  if (call.principal !== null) host.admit?.(route, call);
  if (key !== null && call.principal !== null && host.idempotency !== null) {
    return answerOnce(bound, host.idempotency, { call, key, principal: call.principal });
  }
  const result = await run(call);
  return reply.sent ? reply : sendAnswer(bound, call, result);
};

const sendAnswer = ({ route, host }: Bound, call: AnyCall, result: unknown): FastifyReply => {
  if (call.principal === null || host.answer === undefined) return sendJson(call.reply, result);
  return host.answer(route, call, () => sendJson(call.reply, result));
};

const JSON_TYPE = 'application/json; charset=utf-8';

const sendJson = (reply: FastifyReply, result: unknown): FastifyReply =>
  result === undefined
    ? reply.code(204).send()
    : reply.type(JSON_TYPE).send(JSON.stringify(result));

const traced = (
  route: RouteDefinition,
  request: FastifyRequest,
  work: () => Promise<unknown>,
): Promise<unknown> =>
  inSpan(
    `${route.method} ${route.path}`,
    {
      kind: 'server',
      headers: { traceparent: request.trace.traceparent },
      refusal,
      attributes: {
        'http.route': route.path,
        'estop.route': route.id,
        'estop.request': request.id,
      },
    },
    work,
  );

/** A refusal is an answer; only what broke here is an error. */
const refusal = (error: unknown): SpanAttributes | null => {
  const { code, status } = problemOf(error);
  return status < 500 ? { 'estop.problem': code, 'http.response.status_code': status } : null;
};
