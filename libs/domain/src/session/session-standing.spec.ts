import type { Address, Namespace, SessionId } from '#contracts';
import { endOfSession, sessionOf, type SessionNews } from './session-standing.js';

const id = (letter: string): SessionId =>
  `018f4e2a-0000-7000-8000-0000000000${letter.repeat(2)}` as SessionId;
const STARTED_MS = Date.UTC(2026, 0, 31, 3, 0, 0);
const started = (over: object = {}) => ({
  ...{ sessionId: id('a'), namespace: 'acme/production' as Namespace },
  ...{ owner: 'agent://acme/production/researcher' as Address, sessionType: null },
  ...{ projectId: null, parent: id('b'), ancestors: [id('b'), id('c')], dependsOn: [] },
  ...{ metadata: {}, limits: { maxDurationS: 60, maxActions: null, maxCostMicro: null } },
  notAfter: null,
  ...over,
});
const session = sessionOf(started(), STARTED_MS);
const kill = { at: '2026-01-31T03:00:30.000Z', reason: null, sequence: 7 };
const lasting: SessionNews = { killed: () => null, completedAt: null, nowMs: STARTED_MS };
const end = (news: Partial<SessionNews>) => endOfSession(session, { ...lasting, ...news });

describe('a session', () => {
  it('lasts its duration from when the log stored it, and not a millisecond more', () => {
    expect(end({ nowMs: STARTED_MS + 59_999 })).toBeNull();
    expect(end({ nowMs: STARTED_MS + 60_000 })).toEqual({
      kind: 'expired',
      atMs: STARTED_MS + 60_000,
    });
  });

  it('does not outlive the one above it', () => {
    const notAfter = '2026-01-31T03:00:10.000Z';
    expect(sessionOf(started({ notAfter }), STARTED_MS).expiresAtMs).toBe(STARTED_MS + 10_000);
    const later = '2026-01-31T04:00:00.000Z';
    expect(sessionOf(started({ notAfter: later }), STARTED_MS).expiresAtMs).toBe(
      STARTED_MS + 60_000,
    );
  });

  it.each(['a', 'b', 'c'])('ends when it, or one above it, is killed: %s', (letter) => {
    const killed = (asked: SessionId) => (asked === id(letter) ? kill : null);
    expect(end({ killed })).toEqual({ kind: 'killed', sessionId: id(letter), kill });
  });

  it('is not touched by the kill of another', () =>
    expect(end({ killed: (asked) => (asked === id('d') ? kill : null) })).toBeNull());

  it('is completed; a kill is said first, and both before its time', () => {
    const completedAt = '2026-01-31T03:00:20.000Z';
    const nowMs = STARTED_MS + 60_000;
    expect(end({ completedAt, nowMs })).toEqual({ kind: 'completed', at: completedAt });
    expect(end({ completedAt, nowMs, killed: () => kill })).toMatchObject({ kind: 'killed' });
  });
});
