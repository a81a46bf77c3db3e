/** A pure decision: what happened, or why not. No I/O, no clock, no randomness; the shell hands those in. */
export interface Decider<State, Command, Event, Rejection extends string> {
  decide(command: Command, state: State): Decision<Event, Rejection>;
  evolve(state: State, event: Event): State;
  readonly initialState: State;
}

/** No events means that the command was already true: silence, not an error. */
export type Decision<Event, Rejection extends string> =
  | { readonly accepted: true; readonly events: readonly Event[] }
  | { readonly accepted: false; readonly rejection: Rejection };

export const accept = <Event>(...events: Event[]): { accepted: true; events: Event[] } => ({
  accepted: true,
  events,
});

export const reject = <Rejection extends string>(rejection: Rejection) =>
  ({ accepted: false, rejection }) as const;

/** The state after a history. */
export const fold = <State, Event>(
  decider: { evolve(state: State, event: Event): State; readonly initialState: State },
  events: readonly Event[],
): State => events.reduce((state, event) => decider.evolve(state, event), decider.initialState);
