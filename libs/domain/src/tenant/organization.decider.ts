import type { FactOf, OrganizationCreated, OrganizationSettingsChanged } from '#contracts';
import { accept, type Decider, type Decision, reject } from '../decider.js';

export type OrganizationEvent = FactOf<
  typeof OrganizationCreated | typeof OrganizationSettingsChanged
>;
export type CreateOrganization = { readonly type: 'CreateOrganization' } & FactOf<
  typeof OrganizationCreated
>['data'];
export type ChangeOrganization = { readonly type: 'ChangeOrganization' } & FactOf<
  typeof OrganizationSettingsChanged
>['data'];
export type OrganizationCommand = CreateOrganization | ChangeOrganization;

export type OrganizationState =
  { readonly status: 'absent' } | { readonly status: 'created'; readonly twoPersonLift: boolean };
export type OrganizationRejection = 'ALREADY_EXISTS' | 'ORGANIZATION_UNKNOWN';

type OrganizationDecision = Decision<OrganizationEvent, OrganizationRejection>;

const create = (
  { type: _type, ...data }: CreateOrganization,
  state: OrganizationState,
): OrganizationDecision =>
  state.status === 'absent'
    ? accept({ type: 'OrganizationCreated', data })
    : reject('ALREADY_EXISTS');

const change = (
  { type: _type, ...data }: ChangeOrganization,
  state: OrganizationState,
): OrganizationDecision => {
  if (state.status === 'absent') return reject('ORGANIZATION_UNKNOWN');
  return state.twoPersonLift === data.twoPersonLift
    ? accept()
    : accept({ type: 'OrganizationSettingsChanged', data });
};

const evolve = (state: OrganizationState, event: OrganizationEvent): OrganizationState => {
  switch (event.type) {
    case 'OrganizationCreated':
      return state.status === 'absent' ? { status: 'created', twoPersonLift: false } : state;
    case 'OrganizationSettingsChanged': {
      const { twoPersonLift } = event.data;
      return state.status === 'absent' ? state : { status: 'created', twoPersonLift };
    }
  }
};

/** An org is made once; its name is its id. */
export const organizationDecider: Decider<
  OrganizationState,
  OrganizationCommand,
  OrganizationEvent,
  OrganizationRejection
> = {
  decide: (command, state) =>
    command.type === 'CreateOrganization' ? create(command, state) : change(command, state),
  evolve,
  initialState: { status: 'absent' },
};
