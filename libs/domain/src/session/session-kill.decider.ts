import type { FactOf, SessionControlEvent, SessionKilled } from '#contracts';
import { accept, type Decider } from '../decider.js';

export type SessionKillState = { readonly killed: boolean };
export type KillSession = { readonly type: 'KillSession' } & FactOf<typeof SessionKilled>['data'];

/** A kill is never refused, and the second one is silent. */
export const sessionKillDecider: Decider<
  SessionKillState,
  KillSession,
  SessionControlEvent,
  never
> = {
  decide: ({ type: _type, ...data }, { killed }) =>
    killed ? accept() : accept({ type: 'SessionKilled', data }),
  evolve: () => ({ killed: true }),
  initialState: { killed: false },
};
