import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { RouteDefinition } from '#contracts';
import { parsePart } from './field-errors.js';
import type { AnyCall } from './route-host.js';

const Nothing = z.strictObject({});

interface Read {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly idempotencyKey: string | null;
}

/** The request as its route's schemas read it. A missing body is read as `{}`; a route without a body takes no field. */
export const readCall = (route: RouteDefinition, read: Read): AnyCall => {
  const { request, reply, idempotencyKey } = read;
  const { params, query } = route;
  return {
    params: params && parsePart(params, 'path', request.params),
    query: query && parsePart(query, 'query', request.query),
    body: bodyOf(route, request),
    principal: request.principal,
    idempotencyKey,
    requestId: request.id,
    traceId: request.trace.traceId,
    request,
    reply,
  };
};

const bodyOf = (route: RouteDefinition, request: FastifyRequest): unknown => {
  const sent = request.body === undefined ? {} : request.body;
  if (route.body) return parsePart(route.body, 'body', sent);
  if (request.rawBody !== null) parsePart(Nothing, 'body', sent);
  return undefined;
};
