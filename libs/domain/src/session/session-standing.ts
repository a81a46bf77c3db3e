import type { SessionFact, SessionId, Timestamp } from '#contracts';
import type { SessionKill } from '../control/session-fold.js';
import { msOf } from '../time/timestamp.js';

type Started = Extract<SessionFact, { type: 'SessionStarted' }>['data'];

/** A session as it began; what became of it since is asked each time. */
export interface Session extends Started {
  /** When the log stored its beginning, milliseconds since the epoch. */
  readonly startedAtMs: number;
  /** It is over then, whatever happens. */
  readonly expiresAtMs: number;
}

const SECOND_MS = 1000;

/** Its duration counts by the log's clock, and it does not outlive its parent. */
export const sessionOf = (started: Started, startedAtMs: number): Session => {
  const ownEndMs = startedAtMs + started.limits.maxDurationS * SECOND_MS;
  const lastMs = started.notAfter === null ? ownEndMs : msOf(started.notAfter);
  return { ...started, startedAtMs, expiresAtMs: Math.min(ownEndMs, lastMs) };
};

/** What is known of a session besides its beginning. */
export interface SessionNews {
  /** Who of the sessions was killed. */
  killed(sessionId: SessionId): SessionKill | null;
  /** When it was completed; `null`: it was not. */
  readonly completedAt: Timestamp | null;
  readonly nowMs: number;
}

export type SessionEnd =
  /** By an operator: itself, or `sessionId`, one above it. */
  | { readonly kind: 'killed'; readonly sessionId: SessionId; readonly kill: SessionKill }
  | { readonly kind: 'completed'; readonly at: Timestamp }
  | { readonly kind: 'expired'; readonly atMs: number };

/** Why nothing may name the session any more; `null` while it lasts. A kill comes first, since it is the strictest. */
export const endOfSession = (session: Session, news: SessionNews): SessionEnd | null => {
  for (const sessionId of [session.sessionId, ...session.ancestors]) {
    const kill = news.killed(sessionId);
    if (kill !== null) return { kind: 'killed', sessionId, kill };
  }
  if (news.completedAt !== null) return { kind: 'completed', at: news.completedAt };
  const { expiresAtMs } = session;
  return news.nowMs >= expiresAtMs ? { kind: 'expired', atMs: expiresAtMs } : null;
};

/** What a session of these limits may be given below one that lasts. */
export const ancestorsBelow = (parent: Pick<Session, 'sessionId' | 'ancestors'>): SessionId[] => [
  parent.sessionId,
  ...parent.ancestors,
];

/** As the wire says it. */
export const sessionWords = {
  killed: { status: 'TERMINATED', code: 'session_killed' },
  completed: { status: 'COMPLETED', code: 'session_ended' },
  expired: { status: 'EXPIRED', code: 'session_expired' },
} as const satisfies Record<SessionEnd['kind'], unknown>;
