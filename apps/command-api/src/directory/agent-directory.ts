import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { agentAddress, type getAgent, type listAgents } from '#contracts';
import { ApiProblem, canSee, pageOf } from '#platform';
import { Control } from '../control/control.js';
import type { Caller } from '../control/operator.js';
import { directoryAgent } from './directory-entries.js';
import { agentsWithin } from './directory-scope.js';

export type ListedDirectory = z.infer<typeof listAgents.response>;
export type ShownDirectoryAgent = z.infer<typeof getAgent.response>;

/** The directory of agents by org and workspace; from the fold alone. */
@Injectable()
export class AgentDirectory {
  constructor(private readonly control: Control) {}

  async list(
    { principal }: Caller,
    query: z.infer<typeof listAgents.query>,
  ): Promise<ListedDirectory> {
    await this.control.barrier();
    const { limit, cursor } = query;
    const { view, parts } = this.control;
    const agents = agentsWithin(view, principal, query);
    const page = pageOf(agents, { limit, cursor, keyOf: ({ addressId }) => addressId });
    const nowMs = parts.clock.nowMs();
    return {
      ok: true,
      agents: page.items.map((record) => directoryAgent(view, record, nowMs)),
      next_cursor: page.next_cursor,
    };
  }

  async get(
    { principal }: Caller,
    params: z.infer<typeof getAgent.params>,
  ): Promise<ShownDirectoryAgent> {
    await this.control.barrier();
    const { org, workspace, name } = params;
    const address = agentAddress(org, workspace, name);
    const record = this.control.view.agent(address);
    if (!record || !canSee(principal, org, workspace)) {
      throw new ApiProblem('not_found', `There is no agent ${address} here.`);
    }
    return {
      ok: true,
      agent: directoryAgent(this.control.view, record, this.control.parts.clock.nowMs()),
    };
  }
}
