import type { FastifyRequest } from 'fastify';
import type { Access, Principal, RouteDefinition } from '#contracts';
import { authenticate } from '../identity/authenticate.js';
import { ApiProblem } from './api-problem.js';
import type { RouteHost } from './route-host.js';

/** The caller of a route, once it is clear that such a caller may call it. `null` on public routes. */
export const callerOf = (
  route: RouteDefinition,
  host: RouteHost,
  request: FastifyRequest,
): Principal | null => {
  if (route.access.kind === 'public') return null;
  if (!host.ready()) throw notReady(host);
  const result = authenticate(host.view, request.headers, host.clock.nowMs());
  if (!result.ok) throw new ApiProblem(result.code, result.detail);
  checkAccess(route.access, result.principal);
  return result.principal;
};

const notReady = (host: RouteHost): ApiProblem => {
  const code = host.notReadyCode ?? 'log_unavailable';
  return new ApiProblem(code, 'This service has not read the control log yet. Try again shortly.');
};

const checkAccess = (access: Exclude<Access, { kind: 'public' }>, principal: Principal): void => {
  if (principal.kind === 'sa') {
    if (access.kind === 'gate') return;
    throw new ApiProblem(
      'forbidden',
      "This route is for operators; an agent's key cannot call it.",
    );
  }
  const needed = access.kind === 'operator' ? access.permission : access.operators;
  if (needed === null) {
    throw new ApiProblem(
      'forbidden',
      "This route is for agents; an operator's key cannot call it.",
    );
  }
  if (!principal.permissions.has(needed)) {
    const detail = `The key needs the permission ${needed}; its roles are ${principal.roles.join(', ')}.`;
    throw new ApiProblem('forbidden', detail, { details: { permission: needed } });
  }
};
