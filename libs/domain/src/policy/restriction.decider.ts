import type { AgentRestricted, FactOf, RestrictionLifted } from '#contracts';
import { accept, type Decider } from '../decider.js';

export type RestrictionEvent = FactOf<typeof AgentRestricted | typeof RestrictionLifted>;
export type RestrictAgent = { readonly type: 'RestrictAgent' } & FactOf<
  typeof AgentRestricted
>['data'];
export type LiftRestriction = { readonly type: 'LiftRestriction' } & FactOf<
  typeof RestrictionLifted
>['data'];
export type RestrictionCommand = RestrictAgent | LiftRestriction;
export type RestrictionState = 'absent' | 'restricted' | 'lifted';

const restrict = ({ type: _type, ...data }: RestrictAgent) =>
  accept<RestrictionEvent>({ type: 'AgentRestricted', data });
const lift = ({ type: _type, ...data }: LiftRestriction) =>
  accept<RestrictionEvent>({ type: 'RestrictionLifted', data });

/** What one breach left an agent: once, and when it was lifted not again. */
export const restrictionDecider: Decider<
  RestrictionState,
  RestrictionCommand,
  RestrictionEvent,
  never
> = {
  decide: (command, state) => {
    if (command.type === 'RestrictAgent') return state === 'absent' ? restrict(command) : accept();
    return state === 'restricted' ? lift(command) : accept();
  },
  evolve: (_state, event) => (event.type === 'AgentRestricted' ? 'restricted' : 'lifted'),
  initialState: 'absent',
};
