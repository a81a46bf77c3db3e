import type { Recorded } from '../envelope.js';
import { agentEvents, type AgentEvent } from './agent.events.js';
import { keyEvents, type KeyEvent } from './key.events.js';
import { meshEvents, type MeshEvent } from './mesh.events.js';
import { stopEvents, type StopEvent } from './stop.events.js';
import { tenantEvents, type TenantEvent } from './tenant.events.js';

/** Everything the control log can hold. */
export const controlEvents = [
  ...stopEvents,
  ...agentEvents,
  ...tenantEvents,
  ...keyEvents,
  ...meshEvents,
] as const;

export type ControlFact = StopEvent | AgentEvent | TenantEvent | KeyEvent | MeshEvent;
export type ControlEvent = Recorded<ControlFact>;
