import { authorizeSpending, captureSpending, releaseSpending } from '#contracts';
import { bindRoute, type HttpServer, type RouteHost } from '#platform';
import type { BudgetParts } from './budget-parts.js';

export const bindBudgets = (server: HttpServer, host: RouteHost, parts: BudgetParts): void => {
  const { authorizations, ends } = parts;
  bindRoute(server, authorizeSpending, host, (call) => authorizations.authorize(call));
  bindRoute(server, captureSpending, host, (call) => ends.capture(call));
  bindRoute(server, releaseSpending, host, (call) => ends.release(call));
};
