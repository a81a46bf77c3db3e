import { Controller } from '@nestjs/common';
import {
  createOrganization,
  createServiceAccount,
  createServiceAccountKey,
  createWorkspace,
  getAgent,
  getOwnAgent,
  getServiceAccount,
  listAgents,
  listServiceAccounts,
  revokeServiceAccountKey,
  rotateServiceAccountKey,
} from '#contracts';
import { Endpoint, type Call } from '#platform';
import { callerOf } from '../control/operator.js';
import {
  AgentDirectory,
  type ListedDirectory,
  type ShownDirectoryAgent,
} from './agent-directory.js';
import {
  AgentKeys,
  type CreatedAgentKey,
  type RevokedAgentKey,
  type RotatedAgentKey,
} from './agent-keys.js';
import {
  ServiceAccounts,
  type CreatedAccount,
  type ListedAccounts,
  type ShownAccount,
} from './service-accounts.js';
import { Tenants, type CreatedOrganization, type CreatedWorkspace } from './tenants.js';

@Controller()
export class DirectoryController {
  constructor(
    private readonly accounts: ServiceAccounts,
    private readonly agentKeys: AgentKeys,
    private readonly tenants: Tenants,
    private readonly agents: AgentDirectory,
  ) {}

  @Endpoint(createServiceAccount)
  createAccount(call: Call<typeof createServiceAccount>): Promise<CreatedAccount> {
    return this.accounts.create(callerOf(call), call.body);
  }

  @Endpoint(listServiceAccounts)
  listAccounts(call: Call<typeof listServiceAccounts>): Promise<ListedAccounts> {
    return this.accounts.list(callerOf(call), call.query);
  }

  @Endpoint(getServiceAccount)
  getAccount(call: Call<typeof getServiceAccount>): Promise<ShownAccount> {
    return this.accounts.get(callerOf(call), call.params.service_account_id);
  }

  @Endpoint(createServiceAccountKey)
  createKey(call: Call<typeof createServiceAccountKey>): Promise<CreatedAgentKey> {
    return this.agentKeys.create(callerOf(call), call.params.service_account_id, call.body);
  }

  @Endpoint(revokeServiceAccountKey)
  revokeKey(call: Call<typeof revokeServiceAccountKey>): Promise<RevokedAgentKey> {
    return this.agentKeys.revoke(callerOf(call), call.params, call.body.reason ?? null);
  }

  @Endpoint(rotateServiceAccountKey)
  rotateKey(call: Call<typeof rotateServiceAccountKey>): Promise<RotatedAgentKey> {
    return this.agentKeys.rotate(callerOf(call), call.params, call.body);
  }

  @Endpoint(createOrganization)
  createOrganization(call: Call<typeof createOrganization>): Promise<CreatedOrganization> {
    return this.tenants.createOrganization(callerOf(call), call.body);
  }

  @Endpoint(createWorkspace)
  createWorkspace(call: Call<typeof createWorkspace>): Promise<CreatedWorkspace> {
    return this.tenants.createWorkspace(callerOf(call), call.params.org, call.body);
  }

  @Endpoint(listAgents)
  listAgents(call: Call<typeof listAgents>): Promise<ListedDirectory> {
    return this.agents.list(callerOf(call), call.query);
  }

  @Endpoint(getOwnAgent)
  getOwnAgent(call: Call<typeof getOwnAgent>): Promise<ShownDirectoryAgent> {
    const { workspace } = call.principal;
    return this.agents.get(callerOf(call), { ...call.params, workspace });
  }

  @Endpoint(getAgent)
  getAgent(call: Call<typeof getAgent>): Promise<ShownDirectoryAgent> {
    return this.agents.get(callerOf(call), call.params);
  }
}
