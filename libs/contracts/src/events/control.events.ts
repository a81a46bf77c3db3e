import type { Recorded } from '../envelope.js';
import { agentEvents, type AgentEvent } from './agent.events.js';
import {
  budgetEvents,
  sessionControlEvents,
  type BudgetEvent,
  type SessionControlEvent,
} from './budget.events.js';
import { keyEvents, type KeyEvent } from './key.events.js';
import { meshEvents, type MeshEvent } from './mesh.events.js';
import { policyEvents, type PolicyEvent } from './policy.events.js';
import { stopEvents, type StopEvent } from './stop.events.js';
import { tenantEvents, type TenantEvent } from './tenant.events.js';
import { webhookEvents, type WebhookEvent } from './webhook.events.js';

/** Everything the control log can hold. */
export const controlEvents = [
  ...stopEvents,
  ...agentEvents,
  ...tenantEvents,
  ...keyEvents,
  ...meshEvents,
  ...policyEvents,
  ...budgetEvents,
  ...sessionControlEvents,
  ...webhookEvents,
] as const;

export type ControlFact =
  | StopEvent
  | AgentEvent
  | TenantEvent
  | KeyEvent
  | MeshEvent
  | PolicyEvent
  | BudgetEvent
  | SessionControlEvent
  | WebhookEvent;
export type ControlEvent = Recorded<ControlFact>;
