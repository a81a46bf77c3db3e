import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import {
  agentAddress,
  controlSubject,
  type createServiceAccount,
  type getServiceAccount,
  type listServiceAccounts,
  type ServiceAccountId,
} from '#contracts';
import { agentDecider, type AgentRecord } from '#domain';
import { addressIdOf, ApiProblem, canSee, pageOf, serviceAccountIdOf } from '#platform';
import { Control } from '../control/control.js';
import { requireReach, type Caller, type Operator } from '../control/operator.js';
import { by } from '../control/recording.js';
import { rejected } from '../control/rejections.js';
import { spreadOf } from '../control/wait-for-gateways.js';
import { keyEntry, serviceAccount } from './directory-entries.js';
import { agentsWithin } from './directory-scope.js';
import { parentOf } from './parents.js';

type CreateBody = z.infer<typeof createServiceAccount.body>;
export type CreatedAccount = z.infer<typeof createServiceAccount.response>;
export type ListedAccounts = z.infer<typeof listServiceAccounts.response>;
export type ShownAccount = z.infer<typeof getServiceAccount.response>;

/** Service accounts: each is one agent's identity. */
@Injectable()
export class ServiceAccounts {
  constructor(private readonly control: Control) {}

  /** Registers the agent. @throws ApiProblem `already_exists`, `not_found` for an unknown org or workspace */
  async create(caller: Caller, body: CreateBody): Promise<CreatedAccount> {
    await this.control.barrier();
    const { org_id: org, workspace_id: workspace, name } = body;
    requireReach(caller.principal, org, workspace);
    if (this.control.view.workspace(org, workspace) === null) {
      throw new ApiProblem('not_found', `There is no workspace ${org}/${workspace} here.`);
    }
    const address = agentAddress(org, workspace, name);
    const { view } = this.control;
    const parent = parentOf({ view, caller: caller.principal, org }, body.parent);
    const outcome = await this.control.decide({
      subject: controlSubject(org, workspace, 'agent', name),
      decider: agentDecider,
      command: {
        type: 'RegisterAgent',
        address,
        addressId: addressIdOf(address),
        serviceAccountId: serviceAccountIdOf(address),
        name,
        description: body.description ?? null,
        createdByNote: body.created_by_actor_id ?? caller.principal.keyId,
        ...(parent && { parent }),
      },
      about: by(caller, { org, workspace }),
    });
    if (!outcome.accepted)
      throw rejected(outcome.rejection, `The service account ${name} (${address})`);
    const spread = await spreadOf(this.control, outcome.sequence);
    const record = this.find(caller.principal, serviceAccountIdOf(address));
    // Its parent was revoked meanwhile, and it with that.
    if (record.revoked) throw rejected('PARENT_REVOKED', `The agent ${address}`);
    return { ok: true, service_account: this.entry(record), ...spread };
  }

  async list(
    { principal }: Caller,
    query: z.infer<typeof listServiceAccounts.query>,
  ): Promise<ListedAccounts> {
    await this.control.barrier();
    const { limit, cursor } = query;
    const agents = agentsWithin(this.control.view, principal, query);
    const page = pageOf(agents, { limit, cursor, keyOf: ({ addressId }) => addressId });
    return {
      ok: true,
      service_accounts: page.items.map((record) => this.entry(record)),
      next_cursor: page.next_cursor,
    };
  }

  async get({ principal }: Caller, id: string): Promise<ShownAccount> {
    await this.control.barrier();
    const record = this.find(principal, id);
    const nowMs = this.control.parts.clock.nowMs();
    const keys = this.control.view
      .keysOf(record.address)
      .map((key) => keyEntry(key, record, nowMs));
    return { ok: true, service_account: { ...this.entry(record), keys } };
  }

  /** @throws ApiProblem `not_found`, also for another tenant's */
  find(principal: Operator, id: string): AgentRecord {
    const record = this.control.view.agentByServiceAccount(id as ServiceAccountId);
    if (record && canSee(principal, record.org, record.workspace)) return record;
    throw new ApiProblem('not_found', `There is no service account ${id.slice(0, 63)} here.`);
  }

  private entry(record: AgentRecord): CreatedAccount['service_account'] {
    return serviceAccount(this.control.view, record, this.control.parts.clock.nowMs());
  }
}
