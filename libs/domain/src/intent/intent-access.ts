import { partsOf, type Address, type Permission, type Principal } from '#contracts';
import type { EndedIntent, OpenIntent } from './intent-state.js';

type Known = OpenIntent | EndedIntent;

/** What one wants to do with an intent: look at it, end or steer it, or write its progress. */
export type IntentUse = 'see' | 'resolve' | 'progress';

const NEEDS: Record<IntentUse, Permission> = {
  see: 'mesh:read',
  resolve: 'intent:resolve',
  progress: 'intent:resolve',
};

/**
 * Who may: the sender, the receiver and whoever had it from a queue; operators of the org (of the workspace, for keys
 * that hold there alone) with the permission. Progress is written by those who have the work, not by its sender.
 */
export const mayUseIntent = (principal: Principal, use: IntentUse, intent: Known): boolean => {
  const { from, to } = intent.submission;
  if (principal.kind === 'sa') {
    const worker = principal.address === to || intent.takers.includes(principal.address);
    return worker || (use !== 'progress' && principal.address === from);
  }
  return principal.permissions.has(NEEDS[use]) && reaches(principal, from, to);
};

const reaches = (
  principal: Extract<Principal, { kind: 'op' }>,
  from: Address,
  to: Known['submission']['to'],
): boolean => {
  if (principal.meshWide) return true;
  return [from, to].some((end) => {
    const { org, workspace } = partsOf(end);
    return org === principal.org && (!principal.workspaceOnly || workspace === principal.workspace);
  });
};
