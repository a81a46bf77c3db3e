import { Controller } from '@nestjs/common';
import {
  agentUsage,
  createMeshAgent,
  getMeshAgent,
  listMeshAgents,
  revokeAgent,
  updateMeshAgent,
} from '#contracts';
import { Endpoint, type Call } from '#platform';
import { callerOf } from '../control/operator.js';
import { AgentChanges, type UpdatedAgent } from './agent-changes.js';
import { AgentCreation, type CreatedAgent } from './agent-creation.js';
import { AgentRevocations, type RevokedAgent } from './agent-revocations.js';
import { MeshAgents, type ListedAgents, type ShownAgent, type ShownUsage } from './mesh-agents.js';

@Controller()
export class MeshAgentsController {
  constructor(
    private readonly agents: MeshAgents,
    private readonly changes: AgentChanges,
    private readonly creation: AgentCreation,
    private readonly revocations: AgentRevocations,
  ) {}

  @Endpoint(listMeshAgents)
  list(call: Call<typeof listMeshAgents>): Promise<ListedAgents> {
    return this.agents.list(callerOf(call), call.query);
  }

  @Endpoint(getMeshAgent)
  get(call: Call<typeof getMeshAgent>): Promise<ShownAgent> {
    return this.agents.get(callerOf(call), call.params.address_id, call.query.window);
  }

  @Endpoint(agentUsage)
  usage(call: Call<typeof agentUsage>): Promise<ShownUsage> {
    return this.agents.usage(callerOf(call), call.params.address_id, call.query);
  }

  @Endpoint(createMeshAgent)
  create(call: Call<typeof createMeshAgent>): Promise<CreatedAgent> {
    return this.creation.create(callerOf(call), call.body);
  }

  @Endpoint(updateMeshAgent)
  update(call: Call<typeof updateMeshAgent>): Promise<UpdatedAgent> {
    return this.changes.update(callerOf(call), call.params.address_id, call.body);
  }

  @Endpoint(revokeAgent)
  revoke(call: Call<typeof revokeAgent>): Promise<RevokedAgent> {
    return this.revocations.revoke(
      callerOf(call),
      call.params.address_id,
      call.body.reason ?? null,
    );
  }
}
