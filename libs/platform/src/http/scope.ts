import type { OrgName, Principal, WorkspaceName } from '#contracts';
import { reaches } from '#domain';

/**
 * Whether things of this org (and workspace) exist for this caller. What is out of sight is answered with 404, so that
 * nobody learns another tenant's names. Without `workspace` the thing belongs to the whole org.
 */
export const canSee = (principal: Principal, org: string, workspace?: string | null): boolean =>
  reaches(principal, {
    org: org as OrgName,
    workspace: (workspace ?? null) as WorkspaceName | null,
  });
