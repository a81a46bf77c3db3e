import type { OrgName, WorkspaceName } from '#contracts';
import type { AgentRecord, ControlView } from '#domain';
import type { Operator } from '../control/operator.js';

export interface DirectoryFilter {
  readonly org_id?: OrgName | undefined;
  readonly workspace_id?: WorkspaceName | undefined;
}

export interface DirectoryScope {
  /** `undefined`: every org. */
  readonly org: OrgName | undefined;
  /** `undefined`: every workspace. */
  readonly workspace: WorkspaceName | undefined;
}

/** The part of the filter that the caller sees; `null`: nothing of it. */
export const scopeOf = (principal: Operator, filter: DirectoryFilter): DirectoryScope | null => {
  const { org_id: org, workspace_id: workspace } = filter;
  if (principal.meshWide) return { org, workspace };
  const own: DirectoryScope = {
    org: principal.org,
    workspace: principal.workspaceOnly ? principal.workspace : workspace,
  };
  const hidden = (org ?? own.org) !== own.org || (workspace ?? own.workspace) !== own.workspace;
  return hidden ? null : own;
};

/** The agents that the caller sees within the filter. Another tenant's are not there, so the list is empty. */
export const agentsWithin = (
  view: ControlView,
  principal: Operator,
  filter: DirectoryFilter,
): AgentRecord[] => {
  const scope = scopeOf(principal, filter);
  if (scope === null) return [];
  const agents = [...view.agents(scope.org, scope.org && scope.workspace)];
  return agents.filter(
    ({ workspace }) => scope.workspace === undefined || workspace === scope.workspace,
  );
};
