import { agentStopRoutes } from './agent-stops.routes.js';
import { alertRoutes } from './alerts.routes.js';
import { auditRoutes } from './audit.routes.js';
import { budgetAdminRoutes } from './budgets.routes.js';
import { getDoctor } from './doctor.routes.js';
import { drillRoutes } from './drills.routes.js';
import { keyRoutes } from './keys.routes.js';
import { meshAdminRoutes } from './mesh-admin.routes.js';
import { meshAgentRoutes } from './mesh-agents.routes.js';
import { getMeshStatus } from './mesh-status.routes.js';
import { meshRoutes } from './mesh.routes.js';
import { policyRoutes } from './policies.routes.js';
import type { RouteDefinition } from './route.js';
import { serviceAccountRoutes } from './service-accounts.routes.js';
import { killSession } from './sessions.routes.js';
import { signalRoutes } from './signals.routes.js';
import { stopRoutes } from './stops.routes.js';
import { tenantRoutes } from './tenants.routes.js';
import { webhookRoutes } from './webhooks.routes.js';

/** Every route of the command API that has a key. What it serves besides: `/openapi.json`, `/docs` and health. */
export const commandRoutes: readonly RouteDefinition[] = [
  ...stopRoutes,
  ...agentStopRoutes,
  ...meshAgentRoutes,
  ...meshRoutes,
  ...drillRoutes,
  getDoctor,
  getMeshStatus,
  ...meshAdminRoutes,
  ...serviceAccountRoutes,
  ...keyRoutes,
  ...budgetAdminRoutes,
  ...tenantRoutes,
  killSession,
  ...policyRoutes,
  ...webhookRoutes,
  ...alertRoutes,
  ...signalRoutes,
  ...auditRoutes,
];
