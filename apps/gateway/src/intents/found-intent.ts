import type { IntentId, Principal } from '#contracts';
import { mayUseIntent, type IntentUse } from '#domain';
import { ApiProblem } from '#platform';
import { orgScope } from '../caller.js';
import type { IntentHistory, LoadedIntent } from './intent-history.js';

/** The intent, for somebody who may use it so. For everybody else it does not exist. @throws ApiProblem `not_found` */
export const foundIntent = async (
  history: IntentHistory,
  { principal, id }: { readonly principal: Principal; readonly id: IntentId },
  use: IntentUse,
): Promise<LoadedIntent> => {
  const org = orgScope(principal);
  const found = use === 'progress' ? history.findInProgress(org, id) : history.find(org, id);
  const intent = await found;
  if (intent !== null && mayUseIntent(principal, use, intent.state)) return intent;
  throw new ApiProblem('not_found', `There is no intent ${id} that you can reach.`);
};
