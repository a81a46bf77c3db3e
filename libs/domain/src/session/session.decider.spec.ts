import type { Address, SessionEvent, SessionId } from '#contracts';
import { SESSION_MESSAGES_MAX } from '#contracts';
import { specFor } from '#testing';
import { sessionKillDecider } from './session-kill.decider.js';
import { sessionDecider, type SessionCommand } from './session.decider.js';

const sessionId = '018f4e2a-0000-7000-8000-0000000000aa' as SessionId;
const agent = 'agent://acme/production/researcher' as Address;
const message = {
  ...{ sessionId, messageId: '018f4e2a-0000-7000-8000-0000000000ab', from: agent },
  ...{ role: 'assistant', content: 'Found it.', contentType: null },
};
type Fact = Exclude<Pick<SessionEvent, 'type' | 'data'>, { type: 'SessionStarted' }>;
const add: SessionCommand = { type: 'AddMessage', ...message };
const added = (seq: number) =>
  ({ type: 'SessionMessageAdded', data: { ...message, seq } }) as const satisfies Partial<Fact>;
const complete: SessionCommand = { type: 'CompleteSession', sessionId, by: agent, result: null };
const completed = (seq: number) =>
  ({ type: 'SessionCompleted', data: { sessionId, by: agent, result: null, seq } }) as const;

const given = specFor(sessionDecider);

describe('AddMessage', () => {
  it('is the first of a session', () => given().when(add).then(added(1)));
  it('counts on from the last', () => given(added(1), added(2)).when(add).then(added(3)));
  it('does not follow the end', () => given(completed(1)).when(add).thenRejected('SESSION_ENDED'));
  it('is refused where there are too many', () =>
    given(added(SESSION_MESSAGES_MAX)).when(add).thenRejected('TOO_MANY_MESSAGES'));
});

describe('CompleteSession', () => {
  it('takes the next number', () => given(added(4)).when(complete).then(completed(5)));
  it('ends also a session that is full', () =>
    given(added(SESSION_MESSAGES_MAX))
      .when(complete)
      .then(completed(SESSION_MESSAGES_MAX + 1)));
  it('is done once', () => given(completed(1)).when(complete).thenRejected('SESSION_ENDED'));
});

describe('KillSession', () => {
  const data = { sessionId, namespace: 'acme/production' as never, reason: null };
  const kill = { type: 'KillSession', ...data } as const;
  const killed = { type: 'SessionKilled', data } as const;
  it('ends it from outside', () => specFor(sessionKillDecider)().when(kill).then(killed));
  it('is silent when repeated', () => specFor(sessionKillDecider)(killed).when(kill).thenNothing());
});
