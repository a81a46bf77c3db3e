import type { FactOf, OrganizationCreated } from '#contracts';
import { accept, type Decider, reject } from '../decider.js';

export type OrganizationEvent = FactOf<typeof OrganizationCreated>;
export type CreateOrganization = {
  readonly type: 'CreateOrganization';
} & OrganizationEvent['data'];

/** An org is made once; its name is its id. */
export const organizationDecider: Decider<
  'absent' | 'created',
  CreateOrganization,
  OrganizationEvent,
  'ALREADY_EXISTS'
> = {
  decide: ({ type: _type, ...data }, state) =>
    state === 'absent' ? accept({ type: 'OrganizationCreated', data }) : reject('ALREADY_EXISTS'),
  evolve: () => 'created',
  initialState: 'absent',
};
