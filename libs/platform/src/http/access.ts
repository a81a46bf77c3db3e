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
  const isReady = host.ready();
  if (!isReady && host.servesUnproven === undefined) throw notReady(host);
  const result = authenticate(host.view, request.headers, host.clock.nowMs());
  // Whom an old state does not know a newer one may: that is no reason to refuse the key.
  if (!isReady && !servedAllTheSame(host, result)) throw notReady(host);
  if (!result.ok) throw new ApiProblem(result.code, result.detail);
  checkAccess(route.access, result.principal);
  return result.principal;
};

const servedAllTheSame = (host: RouteHost, result: ReturnType<typeof authenticate>): boolean =>
  result.ok && host.servesUnproven?.(result.principal) === true;

const notReady = ({ notReadyCode = 'log_unavailable' }: RouteHost): ApiProblem => {
  const detail =
    notReadyCode === 'gateway_fenced'
      ? 'This gateway cannot prove that it knows every stop, so it admits nothing; nobody stopped you. Try another gateway, or again shortly.'
      : 'This service has not read the control log yet. Try again shortly.';
  return new ApiProblem(notReadyCode, detail);
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
