import { z } from 'zod';
import { Reason } from '../events/stop.events.js';
import { Address, GatewayId, RegionName } from '../names.js';
import { AgentParams } from './agent-wire.js';
import { ok } from './paging.js';
import { BreachView, RestrictionView } from './policy-wire.js';
import { defineRoute } from './route.js';
import {
  AgentMark,
  HoldingOrder,
  OrderReport,
  Spread,
  StopDetails,
  StopModeInput,
  Waiting,
} from './stop-wire.js';

/** The answer to every stop of one agent. */
const Stopped = z.object({ ...ok, agent: AgentMark, order: OrderReport });
const stopBody = z.strictObject(StopDetails);

const stopRoute = <const V extends string>(verb: V, summary: string) => ({
  id: `mesh.agents.${verb}` as const,
  method: 'POST' as const,
  path: `/v1/mesh/agents/:address_id/${verb}` as const,
  access: { kind: 'operator', permission: 'stop:order' } as const,
  summary,
  params: AgentParams,
  response: Stopped,
});

export const killAgent = defineRoute({
  ...stopRoute('kill', 'Stop one agent everywhere. The mode is halt unless another is named.'),
  axme: true,
  body: z.strictObject({ ...StopDetails, mode: StopModeInput.optional() }),
});
export const pauseAgent = defineRoute({
  ...stopRoute('pause', 'Freeze one agent: its work is held, nothing is delivered or goes out.'),
  axme: false,
  body: stopBody,
});
export const quarantineAgent = defineRoute({
  ...stopRoute('quarantine', 'Isolate one agent until its root cause is written down.'),
  axme: false,
  body: stopBody,
});
export const drainAgent = defineRoute({
  ...stopRoute('drain', 'Let one agent finish what is in flight, then halt it.'),
  axme: false,
  body: stopBody,
});

export const resumeAgent = defineRoute({
  id: 'mesh.agents.resume',
  method: 'POST',
  path: '/v1/mesh/agents/:address_id/resume',
  access: { kind: 'operator', permission: 'stop:lift' },
  summary: 'Lift every order on exactly this agent. A wider order is named and stays.',
  axme: true,
  params: AgentParams,
  body: z.strictObject({ reason: Reason.nullish(), ...Waiting }),
  response: z.object({
    ...ok,
    /** `false`: nothing held it. */
    changed: z.boolean(),
    agent: AgentMark,
    /** The newest of the lifted orders; `null` where nothing held it. */
    order: OrderReport.nullable(),
    orders: z.array(OrderReport),
  }),
});

export const revokeAgent = defineRoute({
  id: 'mesh.agents.revoke',
  method: 'POST',
  path: '/v1/mesh/agents/:address_id/revoke',
  access: { kind: 'operator', permission: 'key:write' },
  summary: 'Refuse every key of the agent from now on, for good: 401 at every gateway.',
  axme: false,
  params: AgentParams,
  body: z.strictObject({ reason: Reason.nullish() }),
  response: z.object({
    ...ok,
    changed: z.boolean(),
    agent: AgentMark,
    /** The agents that are revoked by it: itself first, then all that were registered on its behalf; at most 1000. */
    revoked: z.array(Address),
    revoked_total: z.number().int(),
    /** `true`: proven, no gateway takes a key of theirs any more. */
    contained: z.boolean(),
    gateways: z.array(
      z.object({
        gateway: GatewayId,
        region: RegionName,
        /** `fenced`: it admits nothing without having read of it. */
        state: z.enum(['acked', 'missing', 'fenced']),
      }),
    ),
    ...Spread.shape,
  }),
});

export const whyAgent = defineRoute({
  id: 'mesh.agents.why',
  method: 'GET',
  path: '/v1/mesh/agents/:address_id/why',
  access: { kind: 'operator', permission: 'mesh:read' },
  summary: 'Every standing order that holds this agent, the strictest first.',
  axme: false,
  params: AgentParams,
  response: z.object({
    ...ok,
    agent: AgentMark,
    registered: z.boolean(),
    held: z.boolean(),
    /** The mode that decides; `null` where nothing holds the whole agent. */
    mode: z.string().nullable(),
    held_by: z.array(
      HoldingOrder.extend({
        /** What led a policy to order it; `null`: no policy did, or the log cannot be read now. */
        breach: BreachView.nullable(),
      }),
    ),
    /** What policies left it: less than a stop, for a time. */
    restricted_by: z.array(RestrictionView),
  }),
});

export const agentStopRoutes = [
  killAgent,
  pauseAgent,
  quarantineAgent,
  drainAgent,
  resumeAgent,
  revokeAgent,
  whyAgent,
] as const;
