import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type {
  createServiceAccountKey,
  KeyId,
  revokeServiceAccountKey,
  rotateServiceAccountKey,
} from '#contracts';
import type { AgentRecord, KeyRecord } from '#domain';
import { ApiProblem } from '#platform';
import { Control } from '../control/control.js';
import type { Caller } from '../control/operator.js';
import { spreadOf } from '../control/wait-for-gateways.js';
import { keyEntry } from './directory-entries.js';
import { KeyCommands, type KeyWish } from './key-commands.js';
import { ServiceAccounts } from './service-accounts.js';

export type CreatedAgentKey = z.infer<typeof createServiceAccountKey.response>;
export type RotatedAgentKey = z.infer<typeof rotateServiceAccountKey.response>;
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
    const issued = await this.keys.issue(caller, wishFor(caller, agent, body));
    const { keyId, token, sequence } = issued;
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
    const key = this.keyOf(agent, key_id);
    const { changed, sequence } = await this.keys.revoke(caller, key, reason);
    const spread = await spreadOf(this.control, sequence);
    return { ok: true, changed, key: this.entry(this.keys.issued(key.keyId), agent), ...spread };
  }

  /** @throws ApiProblem `conflict` for a key that is over already */
  async rotate(
    caller: Caller,
    { service_account_id, key_id }: z.infer<typeof rotateServiceAccountKey.params>,
    body: z.infer<typeof rotateServiceAccountKey.body>,
  ): Promise<RotatedAgentKey> {
    await this.control.barrier();
    const agent = this.accounts.find(caller.principal, service_account_id);
    const old = this.keyOf(agent, key_id);
    const { status } = this.entry(old, agent);
    if (status !== 'active') {
      throw new ApiProblem('conflict', `The key ${key_id} is ${status}; issue a new one instead.`);
    }
    const wish = wishFor(caller, agent, body);
    const issued = await this.keys.replace(caller, wish, old, body.overlap_seconds * 1000);
    if (issued === null) {
      throw new ApiProblem('conflict', `The key ${key_id} was changed meanwhile. Try again.`);
    }
    const spread = await spreadOf(this.control, issued.sequence);
    const key = { ...this.entry(this.keys.issued(issued.keyId), agent), token: issued.token };
    return { ok: true, key, retired: this.entry(this.keys.issued(old.keyId), agent), ...spread };
  }

  private keyOf(agent: AgentRecord, id: string): KeyRecord {
    const key = this.control.view.key(id as KeyId);
    if (key?.holder.kind === 'sa' && key.holder.address === agent.address) return key;
    throw new ApiProblem('not_found', `${agent.name} has no key ${id}.`);
  }

  private entry(key: KeyRecord, agent: AgentRecord): RevokedAgentKey['key'] {
    return keyEntry(key, agent, this.control.parts.clock.nowMs());
  }
}

/** A key of this agent, as the caller asked for it. */
export const wishFor = (
  { principal }: Caller,
  agent: Pick<AgentRecord, 'address' | 'org' | 'workspace' | 'revoked'>,
  asked: {
    readonly expires_at?: string | null | undefined;
    readonly created_by_actor_id?: string | null | undefined;
  },
): KeyWish => ({
  holder: { kind: 'sa', address: agent.address },
  org: agent.org,
  workspace: agent.workspace,
  workspaceOnly: true,
  expiresAt: asked.expires_at ?? null,
  createdByNote: asked.created_by_actor_id ?? principal.keyId,
  agentRevoked: agent.revoked,
});
