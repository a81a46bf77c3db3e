import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiProblem } from './api-problem.js';
import type { KnownPaths } from './known-paths.js';

export type Fallback = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;

/**
 * Answers what no route takes: a known path with another method (405 with `Allow`; 204 for OPTIONS), else the fallback,
 * else 404.
 */
export const unmatched =
  (known: KnownPaths, fallback: Fallback | null) =>
  async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const path = request.url.split('?', 1)[0] ?? '/';
    const methods = known.methodsOf(path);
    if (methods.length > 0) return wrongMethod(methods, request, reply);
    if (fallback) return fallback(request, reply);
    throw new ApiProblem('not_found', 'Nothing is at this path. /openapi.json lists what is.');
  };

const wrongMethod = (
  methods: readonly string[],
  request: FastifyRequest,
  reply: FastifyReply,
): unknown => {
  const allow = [...methods, 'OPTIONS'].join(', ');
  if (request.method === 'OPTIONS') return reply.code(204).header('allow', allow).send();
  const detail = `${request.method} is not for this path; it takes ${methods.join(', ')}.`;
  throw new ApiProblem('method_not_allowed', detail, { headers: { allow } });
};
