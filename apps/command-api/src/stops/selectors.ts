import {
  Address,
  expandAddress,
  orgOf,
  workspaceOf,
  type Selector,
  type SelectorInput,
} from '#contracts';
import type { ControlView } from '#domain';
import { ApiProblem, invalidFields } from '#platform';
import { requireReach, type Operator } from '../control/operator.js';

/**
 * The selector that the caller means, within what the caller may stop. A tag without a namespace means the caller's whole
 * org.
 *
 * @throws ApiProblem `invalid_field`, `not_found` for another tenant's, `forbidden` for what is wider than the key
 */
export const reachableSelector = (
  view: ControlView,
  principal: Operator,
  input: SelectorInput,
): Selector => {
  const selector = complete(principal, input);
  const org = orgOf(selector);
  requireReach(principal, org, workspaceOf(selector));
  if (view.organization(org) === null)
    throw new ApiProblem('not_found', `There is no org ${org} here.`);
  return selector;
};

const complete = (principal: Operator, input: SelectorInput): Selector => {
  const narrowed = input.capability === undefined ? {} : { capability: input.capability };
  if ('agent' in input) return { agent: addressOf(principal, input.agent), ...narrowed };
  if ('tag' in input) return { ...tagScope(principal, input), ...narrowed };
  return input;
};

const addressOf = (principal: Operator, text: string): Address => {
  const parsed = Address.safeParse(expandAddress(text, principal.workspace));
  if (parsed.success) return parsed.data;
  const message = parsed.error.issues[0]?.message ?? 'is not an address';
  throw invalidFields([{ in: 'body', path: 'selector.agent', message }]);
};

type TagInput = Extract<SelectorInput, { tag: unknown }>;

const tagScope = (principal: Operator, input: TagInput): Extract<Selector, { tag: unknown }> => {
  const { tag } = input;
  if ('org' in input) return { tag, org: input.org };
  if (input.namespace !== undefined) return { tag, namespace: input.namespace };
  return { tag, org: principal.org };
};
