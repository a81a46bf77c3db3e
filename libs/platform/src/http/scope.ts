import type { Principal } from '#contracts';

/**
 * Whether things of this org (and workspace) exist for this caller. What is out of sight is answered with 404, so that
 * nobody learns another tenant's names. Without `workspace` the thing belongs to the whole org.
 */
export const canSee = (principal: Principal, org: string, workspace?: string | null): boolean => {
  if (principal.kind === 'op' && principal.meshWide) return true;
  if (principal.org !== org) return false;
  if (principal.kind === 'op' && principal.workspaceOnly) return principal.workspace === workspace;
  return true;
};
