import { type Decider, fold } from '#domain';
import { type AppendRequest, type EventStore, WrongSequenceError } from './event-store.port.js';

/** So often is decided anew when somebody else wrote first. */
const TRIES_MAX = 5;

export interface DecideAndAppend<State, Command, Fact, Rejection extends string, E> {
  readonly store: EventStore<E>;
  readonly decider: Decider<State, Command, Fact, Rejection>;
  /** The aggregate's subject: its history, and where its next events go. */
  readonly subject: string;
  /** Where the history is wider than the subject: a wildcard that the sequence check covers as well. */
  readonly history?: string;
  readonly command: Command;
  /** The fact in its envelope, with an id of its own. */
  toRecorded(fact: Fact, index: number): E;
  /** The fact that a stored event holds, or `null` where the decider has no use for it. */
  toFact(event: E): Fact | null;
  readonly ttlSeconds?: number;
}

export type Outcome<State, Rejection extends string, E> =
  | {
      readonly accepted: true;
      /** What was appended; empty when the command was already true. */
      readonly events: readonly E[];
      readonly state: State;
      /** The sequence of the last event of the history, these included; `0` when there is none. */
      readonly sequence: number;
    }
  | { readonly accepted: false; readonly rejection: Rejection; readonly state: State };

/**
 * Loads a history, decides, and appends what was decided, unless somebody else wrote meanwhile: then again, at most five
 * times. A history with an event that this build does not understand decides nothing.
 *
 * @throws UnreadableHistoryError when the history holds an unknown event.
 * @throws WrongSequenceError when others were first five times in a row.
 * @throws LogUnavailableError when the log cannot be reached; the events may or may not have been stored.
 */
export const decideAndAppend = async <State, Command, Fact, Rejection extends string, E>(
  task: DecideAndAppend<State, Command, Fact, Rejection, E>,
): Promise<Outcome<State, Rejection, E>> => {
  for (let tried = 1; ; tried += 1) {
    try {
      return await decideOnce(task);
    } catch (error) {
      if (!(error instanceof WrongSequenceError) || tried === TRIES_MAX) throw error;
      // A replica that was asked to read may be a moment behind; so may the one who was first.
      await new Promise((resolve) => setTimeout(resolve, 2 ** tried));
    }
  }
};

/** The history holds an event of an unknown type or version: nothing can be decided on it by this build. */
export class UnreadableHistoryError extends Error {
  override readonly name = 'UnreadableHistoryError';
  readonly code = 'UNREADABLE_HISTORY';
  readonly retryable = false;
  constructor(
    readonly subject: string,
    readonly type: string,
    readonly version: number,
  ) {
    super(`${subject} holds ${type} version ${version}, which this build cannot read: update it`);
  }
}

const decideOnce = async <State, Command, Fact, Rejection extends string, E>(
  task: DecideAndAppend<State, Command, Fact, Rejection, E>,
): Promise<Outcome<State, Rejection, E>> => {
  const { store, decider, command } = task;
  const { facts, sequence } = await load(task);
  const state = fold(decider, facts);
  const decision = decider.decide(command, state);
  if (!decision.accepted) return { accepted: false, rejection: decision.rejection, state };
  if (decision.events.length === 0) return { accepted: true, events: [], state, sequence };
  const events = decision.events.map((fact, index) => task.toRecorded(fact, index));
  const appended = await store.appendAll(requestsFor(task, events, sequence));
  return {
    accepted: true,
    events,
    state: fold({ evolve: decider.evolve, initialState: state }, decision.events),
    sequence: appended.sequence,
  };
};

/** The first event carries the check for all: they are stored together. */
const requestsFor = <E>(
  task: { readonly subject: string; readonly history?: string; readonly ttlSeconds?: number },
  events: readonly E[],
  lastSequence: number,
): AppendRequest<E>[] => {
  const { subject, history, ttlSeconds } = task;
  const expect = { lastSequence, ...(history === undefined ? {} : { of: history }) };
  return events.map((event, index) => ({
    subject,
    event,
    ...(index === 0 ? { expect } : {}),
    ...(ttlSeconds === undefined ? {} : { ttlSeconds }),
  }));
};

const load = async <State, Command, Fact, Rejection extends string, E>(
  task: DecideAndAppend<State, Command, Fact, Rejection, E>,
): Promise<{ facts: Fact[]; sequence: number }> => {
  const stored = await task.store.read(task.history ?? task.subject);
  const facts: Fact[] = [];
  for (const { decoded, subject } of stored) {
    if (!decoded.known) {
      throw new UnreadableHistoryError(subject, decoded.unknown.type, decoded.unknown.version);
    }
    const fact = task.toFact(decoded.event);
    if (fact !== null) facts.push(fact);
  }
  return { facts, sequence: stored.at(-1)?.sequence ?? 0 };
};
