import { z } from 'zod';
import { DisplayName, Metadata } from '../events/agent.events.js';
import { Address, NamePart, OrgName, Tag, Timestamp, WorkspaceName } from '../names.js';
import {
  AgentMetrics,
  AgentParams,
  DirectoryAgent,
  HealthFilter,
  MeshAgent,
  MeshSummary,
  UsageStep,
} from './agent-wire.js';
import { FleetEvent } from './mesh.routes.js';
import { Moment, nextCursor, ok, paging, stale } from './paging.js';
import { defineRoute } from './route.js';
import { HoldingOrder, Spread } from './stop-wire.js';

const Window = z.enum(['day', 'week', 'month']).default('day');

export const listMeshAgents = defineRoute({
  id: 'mesh.agents.list',
  method: 'GET',
  path: '/v1/mesh/agents',
  access: { kind: 'operator', permission: 'mesh:read' },
  summary: 'The fleet: every agent with its health, stop and use.',
  axme: true,
  query: z.object({ ...paging, health: HealthFilter.optional(), window: Window }),
  response: z.object({
    ...ok,
    agents: z.array(MeshAgent),
    summary: MeshSummary,
    ...nextCursor,
    ...stale,
  }),
});

export const getMeshAgent = defineRoute({
  id: 'mesh.agents.get',
  method: 'GET',
  path: '/v1/mesh/agents/:address_id',
  access: { kind: 'operator', permission: 'mesh:read' },
  summary: 'One agent, its use, its last events and every order that holds it.',
  axme: true,
  params: AgentParams,
  query: z.object({ window: Window }),
  response: z.object({
    ...ok,
    agent: MeshAgent,
    metrics: AgentMetrics,
    events: z.array(FleetEvent),
    held_by: z.array(HoldingOrder),
    ...stale,
  }),
});

export const updateMeshAgent = defineRoute({
  id: 'mesh.agents.update',
  method: 'PATCH',
  path: '/v1/mesh/agents/:address_id',
  access: { kind: 'operator', permission: 'agent:write' },
  summary: 'Set tags, display name or metadata. A tag by which a stop holds the agent stays.',
  axme: false,
  params: AgentParams,
  body: z
    .strictObject({
      tags: z.array(Tag).max(32).optional(),
      /** `null`: back to the agent's own name. */
      display_name: DisplayName.nullable().optional(),
      metadata: Metadata.optional(),
    })
    .refine((body) => Object.keys(body).length > 0, 'must set tags, display_name or metadata'),
  response: z.object({ ...ok, changed: z.boolean(), agent: MeshAgent, ...Spread.shape }),
});

export const agentUsage = defineRoute({
  id: 'mesh.agents.usage',
  method: 'GET',
  path: '/v1/mesh/agents/:address_id/usage',
  access: { kind: 'operator', permission: 'mesh:read' },
  summary: 'What one agent used, by hour or day.',
  axme: false,
  params: AgentParams,
  query: z.object({
    from: Moment.optional(),
    to: Moment.optional(),
    step: z.enum(['hour', 'day']).default('hour'),
  }),
  response: z.object({
    ...ok,
    address: Address,
    from: Timestamp,
    to: Timestamp,
    step: z.enum(['hour', 'day']),
    usage: z.array(UsageStep),
    total: AgentMetrics,
  }),
});

export const listAgents = defineRoute({
  id: 'agents.list',
  method: 'GET',
  path: '/v1/agents',
  access: { kind: 'operator', permission: 'mesh:read' },
  summary: 'The directory of agents of an org or a workspace.',
  axme: true,
  query: z.object({
    ...paging,
    org_id: OrgName.optional(),
    workspace_id: WorkspaceName.optional(),
  }),
  response: z.object({ ...ok, agents: z.array(DirectoryAgent), ...nextCursor }),
});

export const getAgent = defineRoute({
  id: 'agents.get',
  method: 'GET',
  path: '/v1/agents/:org/:workspace/:name',
  access: { kind: 'operator', permission: 'mesh:read' },
  summary: 'One agent of the directory.',
  axme: true,
  params: z.object({ org: OrgName, workspace: WorkspaceName, name: NamePart }),
  response: z.object({ ...ok, agent: DirectoryAgent }),
});

export const getOwnAgent = defineRoute({
  id: 'agents.get.short',
  method: 'GET',
  path: '/v1/agents/:org/:name',
  access: { kind: 'operator', permission: 'mesh:read' },
  summary: "One agent of the caller's own workspace.",
  axme: true,
  params: z.object({ org: OrgName, name: NamePart }),
  response: getAgent.response,
});

export const meshAgentRoutes = [
  listMeshAgents,
  getMeshAgent,
  updateMeshAgent,
  agentUsage,
  listAgents,
  getAgent,
  getOwnAgent,
] as const;
