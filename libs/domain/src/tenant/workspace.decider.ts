import type { FactOf, WorkspaceCreated } from '#contracts';
import { accept, type Decider, type Decision, reject } from '../decider.js';

export type WorkspaceEvent = FactOf<typeof WorkspaceCreated>;
export type CreateWorkspace = {
  readonly type: 'CreateWorkspace';
  /** Whether the org is there, from the fold. */
  readonly orgExists: boolean;
} & WorkspaceEvent['data'];
export type WorkspaceRejection = 'ALREADY_EXISTS' | 'ORGANIZATION_UNKNOWN';

const decide = (
  { type: _type, orgExists, ...data }: CreateWorkspace,
  state: 'absent' | 'created',
): Decision<WorkspaceEvent, WorkspaceRejection> => {
  if (!orgExists) return reject('ORGANIZATION_UNKNOWN');
  return state === 'absent' ? accept({ type: 'WorkspaceCreated', data }) : reject('ALREADY_EXISTS');
};

/** A workspace is made once, within its org; its name is its id. */
export const workspaceDecider: Decider<
  'absent' | 'created',
  CreateWorkspace,
  WorkspaceEvent,
  WorkspaceRejection
> = { decide, evolve: () => 'created', initialState: 'absent' };
