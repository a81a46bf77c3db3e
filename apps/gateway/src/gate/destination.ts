import {
  Address,
  expandAddress,
  parseDestination,
  type AddressParts,
  type Destination,
  type Principal,
} from '#contracts';
import { ApiProblem, canSee, invalidFields, type FieldError } from '#platform';

/** Where `to_agent` stands in a request. */
export const TO_AGENT = { in: 'body', path: 'to_agent' } as const;

export interface Receiver {
  readonly address: Destination;
  readonly parts: AddressParts;
}

const FORM =
  'must be agent://org/workspace/name or queue://org/workspace/name (each part 1-63 of a-z 0-9 - _), or agent://org/name in your own workspace';

/** Reads an address as a caller wrote it. @throws ApiProblem naming the field; 404 for what the caller cannot see */
export const receiverOf = (
  principal: Principal,
  text: string,
  field: Pick<FieldError, 'in' | 'path'>,
): Receiver => {
  const address = expandAddress(text, principal.workspace);
  const parts = parseDestination(address);
  if (parts === null) throw invalidFields([{ ...field, message: FORM }]);
  if (!canSee(principal, parts.org, parts.workspace)) {
    throw new ApiProblem('not_found', `There is no ${address} that you can reach.`);
  }
  return { address: address as Destination, parts };
};

/** The address that a caller sends as: an agent's own; an operator's is named after the key. */
export const senderOf = (principal: Principal): Address =>
  principal.kind === 'sa'
    ? principal.address
    : (`agent://${principal.org}/${principal.workspace}/${principal.keyId}` as Address);
