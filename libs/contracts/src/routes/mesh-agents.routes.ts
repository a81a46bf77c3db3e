import { z } from 'zod';
import { DisplayName, Metadata } from '../events/agent.events.js';
import { BudgetPeriod } from '../events/budget.events.js';
import { Amount, Currency } from '../money.js';
import {
  Address,
  NamePart,
  OrgName,
  ServiceAccountId,
  Tag,
  Timestamp,
  WorkspaceName,
} from '../names.js';
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
import { ServiceAccountKey } from './service-accounts.routes.js';
import { AddressText, HoldingOrder, Spread } from './stop-wire.js';

/** Shares of a cap at which somebody is told, percent. */
const AlertShares = z.array(z.number().int().min(1).max(100)).max(10);

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

export const createMeshAgent = defineRoute({
  id: 'mesh.agents.create',
  method: 'POST',
  path: '/v1/mesh/agents',
  access: { kind: 'operator', permission: 'agent:write' },
  summary:
    'An agent with its identity, its first key, its tags and its cap: all of it, or nothing.',
  axme: false,
  body: z
    .strictObject({
      /** `agent://org/workspace/name`, or `agent://org/name` in the caller's own workspace. */
      address: AddressText.optional(),
      /** The name alone, in the caller's own workspace. */
      name: NamePart.optional(),
      description: z.string().max(2000).nullish(),
      display_name: DisplayName.nullish(),
      tags: z.array(Tag).max(32).nullish(),
      /** The agent on whose behalf: revoked together with it. */
      parent: AddressText.nullish(),
      /** What it may spend at most. */
      budget: z
        .strictObject({
          cap: Amount,
          currency: Currency.default('usd' as Currency),
          per: BudgetPeriod.default('total'),
          alert_pct: AlertShares.default([80]),
        })
        .nullish(),
      /** When its key ends. */
      expires_at: Moment.nullish(),
    })
    .refine(
      (body) => (body.address === undefined) !== (body.name === undefined),
      'must name the agent by either address or name',
    ),
  response: z.object({
    ...ok,
    agent: MeshAgent,
    service_account_id: ServiceAccountId,
    key: ServiceAccountKey.extend({ token: z.string() }),
    budget: z
      .object({
        cap: z.string(),
        currency: Currency,
        per: BudgetPeriod,
        alert_pct: AlertShares,
      })
      .nullable(),
    ...Spread.shape,
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
  createMeshAgent,
  updateMeshAgent,
  agentUsage,
  listAgents,
  getAgent,
  getOwnAgent,
] as const;
