import { SessionId, type Principal } from '#contracts';
import { endOfSession, sessionWords, type ControlView, type SessionEnd } from '#domain';
import { ApiProblem, toTimestamp, type Clock } from '#platform';
import type { SessionIndex } from './session-index.js';
import { endedAt, type FoundSession, type SessionLog } from './session-log.js';

export interface SessionGateOptions {
  readonly view: Pick<ControlView, 'sessions'>;
  readonly clock: Clock;
  readonly log: SessionLog;
  readonly index: SessionIndex;
}

/** A session that somebody named, and the question that is asked again at the very moment of the hand-over. */
export interface NamedSession {
  readonly found: FoundSession;
  /** Itself, and all above it: what is done in it counts against the limits of each. */
  readonly line: readonly FoundSession[];
  /** `null`: it lasts. Looks at nothing but memory. */
  end(): SessionEnd | null;
}

/** Whether a session that a request names still lasts. */
export class SessionGate {
  constructor(private readonly options: SessionGateOptions) {}

  /** @throws ApiProblem `not_found` for one that the caller cannot see */
  async named(principal: Principal, text: string): Promise<NamedSession> {
    const id = SessionId.safeParse(text);
    const named = id.success ? await this.look(principal, id.data) : null;
    if (named === null) throw unknownSession(text);
    return named;
  }

  /** Like {@link named}. @throws ApiProblem `session_killed`, `session_ended`, `session_expired` for one that is over */
  async lasting(principal: Principal, text: string): Promise<NamedSession> {
    const named = await this.named(principal, text);
    refuseEnded(named);
    return named;
  }

  private async look(principal: Principal, id: SessionId): Promise<NamedSession | null> {
    const { log, index } = this.options;
    const found = await log.find(principal, id);
    if (found === null) return null;
    const line = await this.lineOf(principal, found);
    if (line === null) return null;
    const completion = index.get(id) === undefined ? await log.completion(found) : null;
    const readAt = completion === null ? null : endedAt(completion, toTimestamp);
    return { found, line, end: () => this.endOf(found, readAt) };
  }

  /** `null`: one above it cannot be found, so nobody knows what it may. */
  private async lineOf(principal: Principal, found: FoundSession): Promise<FoundSession[] | null> {
    const { ancestors } = found.session;
    if (ancestors.length === 0) return [found];
    const above = await Promise.all(ancestors.map((id) => this.options.log.find(principal, id)));
    const known = above.filter((one) => one !== null);
    return known.length === above.length ? [found, ...known] : null;
  }

  private endOf(found: FoundSession, readAt: string | null): SessionEnd | null {
    const { view, clock, index } = this.options;
    const { session } = found;
    return endOfSession(session, {
      killed: (id) => view.sessions.killed(id),
      completedAt: readAt ?? index.get(session.sessionId)?.completedAt ?? null,
      nowMs: clock.nowMs(),
    });
  }
}

export const unknownSession = (text: string): ApiProblem =>
  new ApiProblem('not_found', `There is no session ${text.slice(0, 63)} that you can reach.`);

/** @throws ApiProblem when it is over */
export const refuseEnded = ({ found, end }: NamedSession): void => {
  const ended = end();
  if (ended !== null) throw sessionProblem(found, ended);
};

/** Why nobody may name it any more, since when, and by whose kill. */
export const sessionProblem = ({ session }: FoundSession, end: SessionEnd): ApiProblem => {
  const { sessionId } = session;
  const { code, status } = sessionWords[end.kind];
  const details = { session_id: sessionId, status, ...detailsOf(end) };
  return new ApiProblem(code, sayEnd(sessionId, end), { details });
};

const detailsOf = (end: SessionEnd) => {
  switch (end.kind) {
    case 'killed':
      return {
        since: end.kill.at,
        reason: end.kill.reason,
        killed_session_id: end.sessionId,
      };
    case 'completed':
      return { since: end.at };
    case 'expired':
      return { since: toTimestamp(end.atMs) };
  }
};

const sayEnd = (sessionId: string, end: SessionEnd): string => {
  switch (end.kind) {
    case 'killed': {
      const above = end.sessionId === sessionId ? '' : `, with ${end.sessionId} above it`;
      return `The session ${sessionId} was stopped at ${end.kill.at}${above}.`;
    }
    case 'completed':
      return `The session ${sessionId} was completed at ${end.at}. Begin another one.`;
    case 'expired':
      return `The session ${sessionId} ended by its duration at ${toTimestamp(end.atMs)}.`;
  }
};
