import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import {
  Address,
  agentAddress,
  budgetSubject,
  controlSubject,
  expandAddress,
  formatMicro,
  microOf,
  partsOf,
  type BudgetKey,
  type ControlFact,
  type createMeshAgent,
  type Permission,
} from '#contracts';
import { agentDecider, keyDecider, type AgentCommand } from '#domain';
import { addressIdOf, ApiProblem, invalidFields, serviceAccountIdOf } from '#platform';
import { Control, type Step } from '../control/control.js';
import { requireReach, type Caller, type Operator } from '../control/operator.js';
import { by } from '../control/recording.js';
import { rejected } from '../control/rejections.js';
import { spreadOf } from '../control/wait-for-gateways.js';
import { wishFor } from '../directory/agent-keys.js';
import { keyEntry } from '../directory/directory-entries.js';
import { KeyCommands, type DraftedKey } from '../directory/key-commands.js';
import { parentOf } from '../directory/parents.js';
import { AgentEntries } from './agent-entries.js';

type Body = z.infer<typeof createMeshAgent.body>;
export type CreatedAgent = z.infer<typeof createMeshAgent.response>;

/** Makes agents whole: identity, tags, cap and first key stand in the log together, or none of them does. */
@Injectable()
export class AgentCreation {
  constructor(
    private readonly control: Control,
    private readonly keys: KeyCommands,
    private readonly entries: AgentEntries,
  ) {}

  /** @throws ApiProblem `already_exists`; `conflict` for a revoked name or parent; `forbidden` for what the key may not give */
  async create(caller: Caller, body: Body): Promise<CreatedAgent> {
    await this.control.barrier();
    const { principal } = caller;
    requirePermissions(principal, body);
    const address = addressOf(principal, body);
    const { org, workspace } = partsOf(address);
    requireReach(principal, org, workspace);
    const { view } = this.control;
    if (view.workspace(org, workspace) === null) {
      throw new ApiProblem('not_found', `There is no workspace ${org}/${workspace} here.`);
    }
    const identity = this.identity(caller, address, body);
    const agent = { address, org, workspace, revoked: false };
    const key = this.keys.draft(wishFor(caller, agent, body));
    const steps = [...identity, ...issued(key), ...budgetSteps(address, body)];
    const sequence = await this.control.together(steps, by(caller, { org, workspace }));
    if (sequence === null) throw this.taken(address);
    const spread = await spreadOf(this.control, sequence);
    return { ...(await this.answer(caller, { address, key, body })), ...spread };
  }

  private identity(caller: Caller, address: Address, body: Body): Step[] {
    const { view } = this.control;
    const { org, workspace, name } = partsOf(address);
    const record = view.agent(address);
    if (record !== null) throw this.taken(address);
    const parent = parentOf({ view, caller: caller.principal, org }, body.parent);
    const register: AgentCommand = {
      type: 'RegisterAgent',
      address,
      addressId: addressIdOf(address),
      serviceAccountId: serviceAccountIdOf(address),
      name,
      description: body.description ?? null,
      createdByNote: caller.principal.keyId,
      ...(parent && { parent }),
    };
    const facts = decideAll(address, [register, ...detailsOf(address, body)]);
    const subject = controlSubject(org, workspace, 'agent', name);
    return facts.map((fact, index) => ({ subject, fact, ...(index === 0 && { lastSequence: 0 }) }));
  }

  private taken(address: Address): ApiProblem {
    const isRevoked = this.control.view.agent(address)?.revoked ?? false;
    return rejected(isRevoked ? 'AGENT_REVOKED' : 'ALREADY_EXISTS', `The agent ${address}`);
  }

  private async answer(
    { principal }: Caller,
    made: { readonly address: Address; readonly key: DraftedKey; readonly body: Body },
  ) {
    const { address, key, body } = made;
    const { view, parts } = this.control;
    const record = view.agent(address);
    if (record === null) throw unread(address);
    // Its parent was revoked meanwhile, and it with that.
    if (record.revoked) throw rejected('PARENT_REVOKED', `The agent ${address}`);
    const stats = await this.entries.stats(principal, 'day', [address]);
    const issuedKey = keyEntry(this.keys.issued(key.command.keyId), record, parts.clock.nowMs());
    return {
      ok: true as const,
      agent: this.entries.entry(record, stats),
      service_account_id: record.serviceAccountId,
      key: { ...issuedKey, token: key.token },
      budget: budgetView(body),
    };
  }
}

const needs = ({ budget }: Body): Permission[] => [
  'agent:write',
  'key:write',
  ...(budget ? (['budget:write'] as const) : []),
];

const requirePermissions = (principal: Operator, body: Body): void => {
  const more = needs(body).filter((one) => !principal.permissions.has(one));
  if (more.length === 0) return;
  const detail = `This key may not do all of it: ${more.join(', ')} is missing.`;
  throw new ApiProblem('forbidden', detail, { details: { permissions: more } });
};

const addressOf = (principal: Operator, { address, name }: Body): Address => {
  if (name !== undefined) return agentAddress(principal.org, principal.workspace, name);
  const parsed = Address.safeParse(expandAddress(address ?? '', principal.workspace));
  if (parsed.success) return parsed.data;
  const message = parsed.error.issues[0]?.message ?? 'is not an address';
  throw invalidFields([{ in: 'body', path: 'address', message }]);
};

const detailsOf = (address: Address, { tags, display_name }: Body): AgentCommand[] => [
  ...(tags && tags.length > 0 ? [{ type: 'TagAgent', address, tags, heldTags: [] } as const] : []),
  ...(display_name
    ? [{ type: 'DescribeAgent', address, displayName: display_name, metadata: {} } as const]
    : []),
];

const decideAll = (address: Address, commands: readonly AgentCommand[]): ControlFact[] => {
  let state = agentDecider.initialState;
  return commands.flatMap((command) => {
    const decision = agentDecider.decide(command, state);
    if (!decision.accepted) throw rejected(decision.rejection, `The agent ${address}`);
    state = decision.events.reduce(agentDecider.evolve, state);
    return [...decision.events];
  });
};

const issued = ({ subject, command }: DraftedKey): Step[] => {
  const decision = keyDecider.decide(command, keyDecider.initialState);
  if (!decision.accepted) throw rejected(decision.rejection, 'Its first key');
  return decision.events.map((fact) => ({ subject, fact, lastSequence: 0 }));
};

/** A cap that stood for the address before it was born gives way to this one. */
const budgetSteps = (address: Address, { budget }: Body): Step[] => {
  if (!budget) return [];
  const { cap, currency, per, alert_pct } = budget;
  const key: BudgetKey = { scope: { agent: address }, currency, per };
  const { org } = partsOf(address);
  const alertPct = [...new Set(alert_pct)].sort((a, b) => a - b);
  const data = { ...key, org, capMicro: microOf(cap) ?? 0, alertPct };
  return [{ subject: budgetSubject(key), fact: { type: 'BudgetSet', data } }];
};

const budgetView = ({ budget }: Body): CreatedAgent['budget'] => {
  if (!budget) return null;
  const { cap, currency, per, alert_pct } = budget;
  return { cap: formatMicro(microOf(cap) ?? 0), currency, per, alert_pct };
};

const unread = (address: Address): ApiProblem =>
  new ApiProblem(
    'log_unavailable',
    `${address} was created, with its key and all else, and cannot be read yet. Issue another key for it shortly.`,
  );
