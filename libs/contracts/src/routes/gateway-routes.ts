import { budgetRoutes } from './budget.routes.js';
import { deliveryRoutes } from './deliveries.routes.js';
import { heartbeatRoutes } from './heartbeat.routes.js';
import { intentAnswerRoutes } from './intent-answers.routes.js';
import { intentRoutes } from './intents.routes.js';
import { meshStream } from './mesh.routes.js';
import type { RouteDefinition } from './route.js';
import { serviceRoutes } from './service.routes.js';
import { sessionRoutes } from './sessions.routes.js';

/** Every route that a gateway answers itself; everything else it hands to a command API. */
export const gatewayRoutes: readonly RouteDefinition[] = [
  ...serviceRoutes,
  ...intentRoutes,
  ...intentAnswerRoutes,
  ...deliveryRoutes,
  ...heartbeatRoutes,
  ...sessionRoutes,
  ...budgetRoutes,
  meshStream,
];
