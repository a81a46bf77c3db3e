import {
  fastify,
  type FastifyContextConfig,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import type { Principal, ProblemCode } from '#contracts';
import type { Logger } from '../log/logger.js';
import type { Metrics } from '../metrics/metrics.js';
import type { ApiProblem } from './api-problem.js';
import { answerClientError } from './client-error.js';
import { BODY_BYTES_MAX, readJsonBody } from './json-body.js';
import { isYaml, readYamlBody } from './yaml-body.js';
import { KnownPaths } from './known-paths.js';
import { PROBLEM_TYPE, problemAnswer, problemOf } from './problem.js';
import { encodeRawAddress } from './raw-address.js';
import { dropRestOfBody } from './rest-of-body.js';
import { requestIdOf, traceOf, type RequestTrace } from './request-trace.js';
import { Turnstile } from './turnstile.js';
import { unmatched, type Fallback } from './unmatched.js';

export type HttpServer = FastifyInstance;

export interface HttpServerOptions {
  readonly service: string;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Answers requests to paths that this server has no route for; a gateway forwards them. @default 404 */
  readonly fallback?: Fallback;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** How the request is named in answers, logs and traces. */
    trace: RequestTrace;
    /** On the monotonic clock. */
    startedAtMs: number;
    /** The body as it came; `null` where there was none. */
    rawBody: Buffer | null;
    /** Set once the route's access was checked; `null` on public routes. */
    principal: Principal | null;
  }
  interface FastifyContextConfig {
    routeId?: string;
    takesYaml?: boolean;
    /** `true`: never waits behind other requests. */
    urgent?: boolean;
  }
}

const PARAMETER_CHARACTERS_MAX = 1024;
const REQUEST_MS_MAX = 60_000;
const CONNECTIONS_MAX = 20_000;
const ALL_TYPES = '*';

/**
 * An HTTP server with the conventions of the API: limits on bodies, request and trace ids in and out, every error as
 * `application/problem+json`, 405 with `Allow`, and a metric for each answer. Routes are added by `bindRoute`.
 */
export const createHttpServer = (options: HttpServerOptions): HttpServer => {
  const server = fastify({
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: REQUEST_MS_MAX,
    forceCloseConnections: true,
    return503OnClosing: false,
    routerOptions: { maxParamLength: PARAMETER_CHARACTERS_MAX },
    rewriteUrl: ({ url }) => encodeRawAddress(url ?? '/'),
    genReqId: (request) => requestIdOf(request.headers),
    frameworkErrors: (error, request, reply) => {
      startRequest(request, reply);
      sendError(options.log, { error, request, reply });
    },
    clientErrorHandler: answerClientError,
  });
  server.server.maxConnections = CONNECTIONS_MAX;
  readBodies(server);
  nameRequests(server, options);
  answerErrors(server, options);
  measure(server, options.metrics);
  tellOperators(server, options.log);
  return server;
};

const readBodies = (server: HttpServer): void => {
  server.decorateRequest('rawBody', null);
  server.removeAllContentTypeParsers();
  server.addContentTypeParser(ALL_TYPES, { parseAs: 'buffer' }, (request, body, done) => {
    const bytes = body as Buffer;
    request.rawBody = bytes.length === 0 ? null : bytes;
    try {
      done(null, readBody(request, bytes));
    } catch (error) {
      done(error as Error);
    }
  });
};

/** YAML is read where a route takes documents that people write; what is handed on elsewhere is read there. */
const readBody = (request: FastifyRequest, bytes: Buffer): unknown => {
  const { headers } = request;
  if (!isYaml(headers)) return readJsonBody(headers, bytes);
  const { routeId, takesYaml } = request.routeOptions.config;
  if (takesYaml) return readYamlBody(bytes);
  return routeId === undefined ? undefined : readJsonBody(headers, bytes);
};

const NO_MEDIA_TYPE = 'application/octet-stream';

const startRequest = (request: FastifyRequest, reply: FastifyReply): void => {
  request.startedAtMs = performance.now();
  request.trace = traceOf(request.headers);
  void reply.header('x-request-id', request.id);
  void reply.header('x-trace-id', request.trace.traceId);
  void reply.header('traceparent', request.trace.traceparent);
};

const nameRequests = (server: HttpServer, { fallback }: HttpServerOptions): void => {
  const turnstile = new Turnstile();
  // What a gateway hands on may be a stop, and costs it little.
  const isUrgent = ({ routeId, urgent }: FastifyContextConfig): boolean =>
    urgent === true || (routeId === undefined && fallback !== undefined);
  server.decorateRequest('principal', null);
  server.decorateRequest('startedAtMs', 0);
  server.decorateRequest('trace', undefined as unknown as RequestTrace);
  server.addHook('onRequest', (request, reply, done) => {
    startRequest(request, reply);
    // Fastify answers a content type that it cannot parse before it looks whether there is a body at all.
    const { headers } = request.raw;
    if (headers['content-type']?.includes('/') === false) headers['content-type'] = NO_MEDIA_TYPE;
    if (isUrgent(request.routeOptions.config)) done();
    else turnstile.pass(done);
  });
};

const answerErrors = (server: HttpServer, options: HttpServerOptions): void => {
  const known = new KnownPaths();
  server.addHook('onRoute', (route) => {
    for (const method of [route.method].flat()) known.add(method, route.url);
  });
  const refusals = options.metrics.counter({
    name: 'estop_http_problems_total',
    help: 'Answers that were problems, by their code.',
    labels: ['code'],
  });
  server.setErrorHandler((error, request, reply) => {
    const answer = (): void =>
      refusals.inc({ code: sendError(options.log, { error, request, reply }) });
    if (problemOf(error).code === 'payload_too_large') dropRestOfBody(request.raw, answer);
    else answer();
  });
  server.setNotFoundHandler(unmatched(known, options.fallback ?? null));
};

interface Failure {
  readonly error: unknown;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

const sendError = (log: Logger, { error, request, reply }: Failure): ProblemCode => {
  const problem = problemOf(error);
  const { traceId } = request.trace;
  const path = pathOf(request.url);
  if (problem.status >= 500 || log.isLevelEnabled('debug')) tellProblem(log, problem, request);
  const answer = problemAnswer(problem, { path, traceId });
  void reply.code(answer.status).headers(answer.headers).type(PROBLEM_TYPE).send(answer.body);
  return problem.code;
};

/** What a caller did wrong is told at `debug` alone and without a stack; what is wrong here is told with its cause. */
const tellProblem = (log: Logger, problem: ApiProblem, request: FastifyRequest): void => {
  const { code, status, cause } = problem;
  const ids = { request_id: request.id, trace_id: request.trace.traceId };
  const fields = { ...ids, code, method: request.method, path: pathOf(request.url) };
  if (status < 500) log.debug(fields, 'request refused');
  else if (code === 'internal_error') log.error({ ...fields, err: cause }, 'request failed');
  else log.warn({ ...fields, err: cause }, 'request failed');
};

/** The path without its query, which may hold what does not belong into an answer or a log. */
const pathOf = (url: string): string => url.split('?', 1)[0] ?? '/';

/**
 * Measured when the answer is handed over, not when it has left: Fastify's `onResponse` hook costs each request as much
 * as all else here together. Streams take their reply over and are not measured.
 */
const measure = (server: HttpServer, metrics: Metrics): void => {
  const seconds = metrics.histogram({
    name: 'estop_http_request_seconds',
    help: 'Time from the head of a request to the handing over of its answer.',
    labels: ['route', 'method', 'status'],
  });
  server.addHook('onSend', (request, reply, _payload, done) => {
    const route = request.routeOptions.config.routeId ?? 'unmatched';
    const labels = { route, method: request.method, status: reply.statusCode };
    seconds.observe(labels, (performance.now() - request.startedAtMs) / 1000);
    done();
  });
};

/** Each act of an operator is a line of the log; agents' requests come too often for that and are counted instead. */
const tellOperators = (server: HttpServer, log: Logger): void => {
  server.addHook('onSend', (request, reply, _payload, done) => {
    if (request.principal?.kind === 'op' && request.method !== 'GET') {
      const { id, trace, method, routeOptions } = request;
      const ids = { request_id: id, trace_id: trace.traceId, key_id: request.principal.keyId };
      const route = routeOptions.config.routeId;
      log.info({ ...ids, method, route, status: reply.statusCode }, 'operator request');
    }
    done();
  });
};
