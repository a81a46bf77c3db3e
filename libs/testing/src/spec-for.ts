import type { Decider } from '#domain';

/** The end of a sentence: what the decision must be, exactly. */
export interface Then<Event, Rejection> {
  then(...events: Event[]): void;
  /** Silence: the command was already true. */
  thenNothing(): void;
  thenRejected(rejection: Rejection): void;
}

/**
 * Says a decider's rule as one sentence: `given(history).when(command).then(events)`. Equality is exact; a rejection is
 * compared by its code.
 */
export const specFor =
  <State, Command, Event, Rejection extends string>(
    decider: Decider<State, Command, Event, Rejection>,
  ) =>
  (...history: Event[]) => ({
    when: (command: Command): Then<Event, Rejection> => {
      const state = history.reduce(
        (before, event) => decider.evolve(before, event),
        decider.initialState,
      );
      const decision = decider.decide(command, state);
      return {
        then: (...events) => expect(decision).toEqual({ accepted: true, events }),
        thenNothing: () => expect(decision).toEqual({ accepted: true, events: [] }),
        thenRejected: (rejection) => expect(decision).toEqual({ accepted: false, rejection }),
      };
    },
  });
