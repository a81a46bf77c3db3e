import { formatSelector } from '#contracts';
import type { Plan } from '#sdk';
import type { Paint } from './paint.js';
import { counted } from './words.js';

/** No more agents than this are listed for people; `--json` has them all. */
const LISTED_MAX = 20;

/** What a stop would hit. */
export const planReport = (plan: Plan, paint: Paint): string => {
  const listed = plan.agents.slice(0, LISTED_MAX);
  const more = plan.matched - listed.length;
  return [
    paint.bold(
      `A ${plan.mode} of ${formatSelector(plan.selector)} would hit ${counted(plan.matched, 'agent')}`,
    ) + `, ${plan.newly_stopped} of them not stopped yet. Nothing was done.`,
    ...listed.map(
      ({ address, stopped_already: already }) =>
        `  ${address}${already ? paint.dim('  stopped already') : ''}`,
    ),
    ...(more > 0 ? [`  and ${more} more`] : []),
    '',
    'Agents that are registered later under the same selector are born stopped.',
    `plan ${plan.plan}`,
  ].join('\n');
};
