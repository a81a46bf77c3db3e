import {
  SESSION_MESSAGES_MAX,
  type FactOf,
  type SessionCompleted,
  type SessionFact,
  type SessionMessageAdded,
} from '#contracts';
import { accept, type Decider, type Decision, reject } from '../decider.js';

/** What the story of a session says of its next line. Kills and the clock are not in it: see `endOfSession`. */
export type SessionState =
  | { readonly status: 'open'; readonly lastSeq: number }
  | { readonly status: 'completed'; readonly lastSeq: number };

type Numbered<D> = Omit<D, 'seq'>;
export type AddMessage = { readonly type: 'AddMessage' } & Numbered<
  FactOf<typeof SessionMessageAdded>['data']
>;
export type CompleteSession = { readonly type: 'CompleteSession' } & Numbered<
  FactOf<typeof SessionCompleted>['data']
>;
export type SessionCommand = AddMessage | CompleteSession;
export type SessionRejection = 'SESSION_ENDED' | 'TOO_MANY_MESSAGES';

type StoryFact = Exclude<SessionFact, { type: 'SessionStarted' }>;
type SessionDecision = Decision<StoryFact, SessionRejection>;

const decide = (command: SessionCommand, state: SessionState): SessionDecision => {
  if (state.status === 'completed') return reject('SESSION_ENDED');
  const seq = state.lastSeq + 1;
  if (command.type === 'CompleteSession') {
    const { type: _type, ...data } = command;
    return accept({ type: 'SessionCompleted', data: { ...data, seq } });
  }
  if (seq > SESSION_MESSAGES_MAX) return reject('TOO_MANY_MESSAGES');
  const { type: _type, ...data } = command;
  return accept({ type: 'SessionMessageAdded', data: { ...data, seq } });
};

const evolve = (_state: SessionState, event: StoryFact): SessionState => {
  switch (event.type) {
    case 'SessionMessageAdded':
      return { status: 'open', lastSeq: event.data.seq };
    case 'SessionCompleted':
      return { status: 'completed', lastSeq: event.data.seq };
  }
};

/** The story of one session: numbered messages, and one end after which nothing follows. Its last line says it all. */
export const sessionDecider: Decider<SessionState, SessionCommand, StoryFact, SessionRejection> = {
  decide,
  evolve,
  initialState: { status: 'open', lastSeq: 0 },
};
