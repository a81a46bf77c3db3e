import { expandAddress, type PolicyTarget } from '#contracts';
import { parseTarget } from '../arguments/target.js';
import { UsageError } from '../arguments/usage-error.js';
import type { Call } from '../command.js';

/** Whom a policy is to watch, as it is typed for stops too. */
export const targetTyped = ({ flags, home }: Call): PolicyTarget => {
  const typed = flags.text('target');
  const forms = 'Add --target: an agent://… address, tag:NAME, ns:org/workspace or org:NAME.';
  if (typed === undefined) throw new UsageError('whom is it to watch?', forms);
  const target = parseTarget(typed, home);
  if (target.kind === 'many') return target.selector as PolicyTarget;
  if (target.kind === 'agent' && target.agent.startsWith('agent://')) {
    return { agent: expandAddress(target.agent, home.workspace ?? '') } as PolicyTarget;
  }
  throw new UsageError(`a policy cannot watch ${typed}`, forms);
};
