import type { OrgName, PolicyDocument, PolicyTarget } from '#contracts';
import type { ControlView } from '../control/control-view.js';
import { type LintWarning, warning } from './lint-warning.js';
import { isOrgWide, orgOfTarget } from './policy-index.js';
import { lintRules } from './rule-lint.js';

type LintView = Pick<ControlView, 'agent' | 'agents'>;

/** Looks at a policy as somebody would who has seen many go wrong. Refuses nothing; `other_org` is for the API to refuse. */
export const lintPolicy = (
  document: PolicyDocument,
  org: OrgName,
  view: LintView,
): LintWarning[] => [...lintTarget(document.target, org, view), ...lintRules(document)];

const lintTarget = (target: PolicyTarget, org: OrgName, view: LintView): LintWarning[] => {
  const of = orgOfTarget(target, org);
  if (of !== org) {
    return [
      warning(
        'other_org',
        'target',
        `the target is in ${of}, the policy in ${org}: name an agent, tag or namespace of ${org}`,
      ),
    ];
  }
  const agents = [...view.agents(org)].filter(({ revoked }) => !revoked);
  const watched = agents.filter((agent) => targets(target, org, agent));
  if (watched.length === 0) {
    return [
      warning(
        'names_nothing',
        'target',
        'no registered agent is watched by it now; agents that come later will be',
      ),
    ];
  }
  const all = isOrgWide(target) || (watched.length === agents.length && agents.length > 1);
  if (!all) return [];
  return [warning('whole_org', 'target', `it watches all ${agents.length} agents of ${org}`)];
};

type Targeted = { address: string; tags: readonly string[] };

/** Whether a policy of this org watches the agent. */
export const targets = (
  target: PolicyTarget,
  org: OrgName,
  { address, tags }: Targeted,
): boolean => {
  if ('agent' in target) return target.agent === address;
  if ('tag' in target && !tags.includes(target.tag)) return false;
  const scope = 'namespace' in target ? target.namespace : (target.org ?? org);
  return address.startsWith(`agent://${scope}/`);
};
