import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type { createServiceAccountKey, KeyId, revokeServiceAccountKey } from '#contracts';
import type { AgentRecord, KeyRecord } from '#domain';
import { ApiProblem } from '#platform';
import { Control } from '../control/control.js';
import type { Caller } from '../control/operator.js';
import { spreadOf } from '../control/wait-for-gateways.js';
import { keyEntry } from './directory-entries.js';
import { KeyCommands } from './key-commands.js';
import { ServiceAccounts } from './service-accounts.js';

export type CreatedAgentKey = z.infer<typeof createServiceAccountKey.response>;
export type RevokedAgentKey = z.infer<typeof revokeServiceAccountKey.response>;

/** The keys of agents: each speaks for one agent and carries no control over anything. */
@Injectable()
export class AgentKeys {
  constructor(
    private readonly control: Control,
    private readonly accounts: ServiceAccounts,
    private readonly keys: KeyCommands,
  ) {}

  async create(
    caller: Caller,
    accountId: string,
    body: z.infer<typeof createServiceAccountKey.body>,
  ): Promise<CreatedAgentKey> {
    await this.control.barrier();
    const agent = this.accounts.find(caller.principal, accountId);
    const { keyId, token, sequence } = await this.keys.issue(caller, {
      holder: { kind: 'sa', address: agent.address },
      org: agent.org,
      workspace: agent.workspace,
      workspaceOnly: true,
      expiresAt: body.expires_at ?? null,
      createdByNote: body.created_by_actor_id ?? caller.principal.keyId,
      agentRevoked: agent.revoked,
    });
    const spread = await spreadOf(this.control, sequence);
    const key = this.entry(this.keys.issued(keyId), agent);
    return { ok: true, key: { ...key, token }, ...spread };
  }

  async revoke(
    caller: Caller,
    { service_account_id, key_id }: z.infer<typeof revokeServiceAccountKey.params>,
    reason: string | null,
  ): Promise<RevokedAgentKey> {
    await this.control.barrier();
    const agent = this.accounts.find(caller.principal, service_account_id);
    const key = this.control.view.key(key_id as KeyId);
    if (key?.holder.kind !== 'sa' || key.holder.address !== agent.address) {
      throw new ApiProblem('not_found', `${agent.name} has no key ${key_id}.`);
    }
    const { changed, sequence } = await this.keys.revoke(caller, key, reason);
    const spread = await spreadOf(this.control, sequence);
    return { ok: true, changed, key: this.entry(this.keys.issued(key.keyId), agent), ...spread };
  }

  private entry(key: KeyRecord, agent: AgentRecord): RevokedAgentKey['key'] {
    return keyEntry(key, agent, this.control.parts.clock.nowMs());
  }
}
