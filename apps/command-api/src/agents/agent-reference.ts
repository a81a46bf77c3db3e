import { Address, AddressId, expandAddress, partsOf, type OrgName } from '#contracts';
import type { AgentRecord, ControlView } from '#domain';
import { addressIdOf, ApiProblem, canSee, invalidFields, type FieldError } from '#platform';
import type { Operator } from '../control/operator.js';

/** An agent as a path names it. `record` is `null` for an address that was never registered. */
export interface AgentReference {
  readonly address: Address;
  readonly addressId: AddressId;
  readonly record: AgentRecord | null;
}

export interface Lookup {
  readonly view: ControlView;
  readonly caller: Operator;
  /** Where the caller wrote it. @default the path's `address_id` */
  readonly field?: Pick<FieldError, 'in' | 'path'>;
}

const HOW = 'Name it by its address id (addr_…) or its URL-encoded address.';

/**
 * The agent that `{address_id}` means: `addr_…`, an address, or `agent://org/name` for the caller's own workspace. A full
 * address need not be registered, so that a stop can come before the agent does.
 *
 * @throws ApiProblem `not_found` for unknown ids and for other tenants' agents, `invalid_field` for a misspelt address
 */
export const findAgent = (lookup: Lookup, text: string): AgentReference => {
  const reference = text.includes('://') ? byAddress(lookup, text) : byId(lookup, text);
  const { org, workspace } = partsOf(reference.address);
  const { view, caller } = lookup;
  if (!canSee(caller, org, workspace) || view.organization(org) === null) throw unknownAgent(text);
  return reference;
};

/** Like {@link findAgent}, where only a registered agent will do. */
export const findRegistered = (lookup: Lookup, text: string): AgentRecord => {
  const { record } = findAgent(lookup, text);
  if (record === null) throw unknownAgent(text);
  return record;
};

const IN_PATH = { in: 'path', path: 'address_id' } as const;

const byAddress = ({ view, caller, field = IN_PATH }: Lookup, text: string): AgentReference => {
  const parsed = Address.safeParse(expandAddress(text, caller.workspace));
  if (!parsed.success) {
    const message = parsed.error.issues[0]?.message ?? 'is not an address';
    throw invalidFields([{ ...field, message }]);
  }
  const address = parsed.data;
  return { address, addressId: addressIdOf(address), record: view.agent(address) };
};

const byId = ({ view, caller }: Lookup, text: string): AgentReference => {
  const id = AddressId.safeParse(text);
  if (!id.success) throw unknownAgent(text);
  const record = view.agentById(id.data);
  if (record) return { address: record.address, addressId: record.addressId, record };
  const address = stoppedBeforeBirth(view, id.data, caller.meshWide ? undefined : caller.org);
  if (address === null) throw unknownAgent(text);
  return { address, addressId: id.data, record: null };
};

/** An agent that was stopped by its address and never registered is known by the order that holds it. */
const stoppedBeforeBirth = (view: ControlView, id: AddressId, org?: OrgName): Address | null => {
  for (const { selector } of view.standing(org)) {
    if ('agent' in selector && addressIdOf(selector.agent) === id) return selector.agent;
  }
  return null;
};

export const unknownAgent = (text: string): ApiProblem =>
  new ApiProblem('not_found', `There is no agent ${text.slice(0, 200)} here. ${HOW}`);
