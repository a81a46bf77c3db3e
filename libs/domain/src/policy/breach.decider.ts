import type { FactOf, PolicyBreached } from '#contracts';
import { accept, type Decider } from '../decider.js';

export type BreachEvent = FactOf<typeof PolicyBreached>;
export type TellBreach = { readonly type: 'TellBreach' } & BreachEvent['data'];
/** `null`: nobody told of it yet. */
export type BreachState = BreachEvent['data'] | null;

/** One breach is told once, whoever repeats it. */
export const breachDecider: Decider<BreachState, TellBreach, BreachEvent, never> = {
  decide: ({ type: _type, ...data }, state) =>
    state === null ? accept({ type: 'PolicyBreached', data }) : accept(),
  evolve: (_state, event) => event.data,
  initialState: null,
};
