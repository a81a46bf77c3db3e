import { Controller } from '@nestjs/common';
import { agentUsage, getMeshAgent, listMeshAgents, revokeAgent, updateMeshAgent } from '#contracts';
import { Endpoint, type Call } from '#platform';
import { callerOf } from '../control/operator.js';
import { AgentChanges, type RevokedAgent, type UpdatedAgent } from './agent-changes.js';
import { MeshAgents, type ListedAgents, type ShownAgent, type ShownUsage } from './mesh-agents.js';

@Controller()
export class MeshAgentsController {
  constructor(
    private readonly agents: MeshAgents,
    private readonly changes: AgentChanges,
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

  @Endpoint(updateMeshAgent)
  update(call: Call<typeof updateMeshAgent>): Promise<UpdatedAgent> {
    return this.changes.update(callerOf(call), call.params.address_id, call.body);
  }

  @Endpoint(revokeAgent)
  revoke(call: Call<typeof revokeAgent>): Promise<RevokedAgent> {
    return this.changes.revoke(callerOf(call), call.params.address_id, call.body.reason ?? null);
  }
}
