import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { controlSubject, type updateMeshAgent } from '#contracts';
import { agentDecider, heldTags, type AgentCommand, type AgentRecord } from '#domain';
import { Control } from '../control/control.js';
import type { Caller } from '../control/operator.js';
import { by } from '../control/recording.js';
import { rejected } from '../control/rejections.js';
import { spreadOf } from '../control/wait-for-gateways.js';
import { AgentEntries } from './agent-entries.js';
import { findRegistered } from './agent-reference.js';

type UpdateBody = z.infer<typeof updateMeshAgent.body>;
export type UpdatedAgent = z.infer<typeof updateMeshAgent.response>;

/** Changes what an agent is called and tagged. */
@Injectable()
export class AgentChanges {
  constructor(
    private readonly control: Control,
    private readonly entries: AgentEntries,
  ) {}

  /** @throws ApiProblem `tag_holds_stop` where a stop holds the agent by a tag that would go */
  async update(caller: Caller, agent: string, body: UpdateBody): Promise<UpdatedAgent> {
    await this.control.barrier();
    const record = this.find(caller, agent);
    const results = [
      body.tags === undefined ? null : await this.tag(caller, record, body.tags),
      body.display_name === undefined && body.metadata === undefined
        ? null
        : await this.describe(caller, record, body),
    ].filter((result) => result !== null);
    const sequence = Math.max(...results.map((result) => result.sequence));
    const spread = await spreadOf(this.control, sequence);
    const stats = await this.entries.stats(caller.principal, 'day', [record.address]);
    const entry = this.entries.entry(this.find(caller, record.addressId), stats);
    return { ok: true, changed: results.some(({ changed }) => changed), agent: entry, ...spread };
  }

  private tag(caller: Caller, record: AgentRecord, tags: NonNullable<UpdateBody['tags']>) {
    const { address } = record;
    const held = heldTags(this.control.view, address);
    return this.decide(caller, record, { type: 'TagAgent', address, tags, heldTags: held });
  }

  private describe(caller: Caller, record: AgentRecord, body: UpdateBody) {
    return this.decide(caller, record, {
      type: 'DescribeAgent',
      address: record.address,
      displayName: body.display_name === undefined ? record.displayName : body.display_name,
      metadata: body.metadata ?? record.metadata,
    });
  }

  private async decide(caller: Caller, record: AgentRecord, command: AgentCommand) {
    const { org, workspace, name, address } = record;
    const outcome = await this.control.decide({
      subject: controlSubject(org, workspace, 'agent', name),
      decider: agentDecider,
      command,
      about: by(caller, { org, workspace }),
    });
    if (!outcome.accepted) throw rejected(outcome.rejection, `The agent ${address}`);
    return outcome;
  }

  private find(caller: Caller, agent: string): AgentRecord {
    return findRegistered({ view: this.control.view, caller: caller.principal }, agent);
  }
}
