import type { FactOf, OnFence, WorkspaceCreated, WorkspaceSettingsChanged } from '#contracts';
import { accept, type Decider, type Decision, reject } from '../decider.js';

export type WorkspaceEvent = FactOf<typeof WorkspaceCreated | typeof WorkspaceSettingsChanged>;
export type CreateWorkspace = {
  readonly type: 'CreateWorkspace';
  /** Whether the org is there, from the fold. */
  readonly orgExists: boolean;
} & FactOf<typeof WorkspaceCreated>['data'];
export type ChangeWorkspace = { readonly type: 'ChangeWorkspace' } & FactOf<
  typeof WorkspaceSettingsChanged
>['data'];
export type WorkspaceCommand = CreateWorkspace | ChangeWorkspace;

export type WorkspaceState =
  { readonly status: 'absent' } | { readonly status: 'created'; readonly onFence: OnFence };
export type WorkspaceRejection = 'ALREADY_EXISTS' | 'ORGANIZATION_UNKNOWN' | 'WORKSPACE_UNKNOWN';

type WorkspaceDecision = Decision<WorkspaceEvent, WorkspaceRejection>;

const create = (
  { type: _type, orgExists, ...data }: CreateWorkspace,
  state: WorkspaceState,
): WorkspaceDecision => {
  if (!orgExists) return reject('ORGANIZATION_UNKNOWN');
  return state.status === 'absent'
    ? accept({ type: 'WorkspaceCreated', data })
    : reject('ALREADY_EXISTS');
};

const change = (
  { type: _type, ...data }: ChangeWorkspace,
  state: WorkspaceState,
): WorkspaceDecision => {
  if (state.status === 'absent') return reject('WORKSPACE_UNKNOWN');
  return state.onFence === data.onFence
    ? accept()
    : accept({ type: 'WorkspaceSettingsChanged', data });
};

const evolve = (state: WorkspaceState, event: WorkspaceEvent): WorkspaceState => {
  switch (event.type) {
    case 'WorkspaceCreated':
      return state.status === 'absent' ? { status: 'created', onFence: 'deny' } : state;
    case 'WorkspaceSettingsChanged': {
      const { onFence } = event.data;
      return state.status === 'absent' ? state : { status: 'created', onFence };
    }
  }
};

/** A workspace is made once, within its org; its name is its id. */
export const workspaceDecider: Decider<
  WorkspaceState,
  WorkspaceCommand,
  WorkspaceEvent,
  WorkspaceRejection
> = {
  decide: (command, state) =>
    command.type === 'CreateWorkspace' ? create(command, state) : change(command, state),
  evolve,
  initialState: { status: 'absent' },
};
