import type {
  completeSession,
  getSession,
  listSessions,
  Principal,
  SessionEvent,
  SessionFact,
} from '#contracts';
import { endOfSession, type ControlView } from '#domain';
import type { Stored } from '#event-store';
import { ApiProblem, canSee, pageOf, toTimestamp, type Call, type Clock } from '#platform';
import type { Gate } from '../gate/gate.js';
import { senderOf } from '../gate/destination.js';
import { recording, refuseLarge, sendingFor } from './session-calls.js';
import { sessionProblem, type SessionGate } from './session-gate.js';
import type { IndexedSession, SessionIndex } from './session-index.js';
import { endedAt, type SessionLog } from './session-log.js';
import { sessionView } from './session-views.js';

export interface SessionsOptions {
  readonly gate: Gate;
  readonly view: Pick<ControlView, 'sessions'>;
  readonly clock: Clock;
  readonly log: SessionLog;
  readonly index: SessionIndex;
  readonly sessions: SessionGate;
}

/** It was JSON before. */
type StoryResult = Extract<SessionFact, { type: 'SessionCompleted' }>['data']['result'];

/** Sessions as they stand, and their ends. */
export class Sessions {
  constructor(private readonly options: SessionsOptions) {}

  async get({ principal, params }: Call<typeof getSession>) {
    const { sessions, log } = this.options;
    const { found } = await sessions.named(principal, params.session_id);
    // A read tells what stands in the log, not what this gateway has heard of it.
    return { ok: true, session: this.view({ found, ...endIn(await log.completion(found)) }) };
  }

  /** @throws ApiProblem `log_unavailable` when this gateway cannot read the newest in time */
  async list({ principal, query }: Call<typeof listSessions>) {
    const { index } = this.options;
    if (!(await index.barrier())) {
      throw new ApiProblem('log_unavailable', 'The log of sessions is not read yet. Ask again.', {
        retryAfterSeconds: 1,
      });
    }
    const { status, parent_session_id: parent, limit, cursor } = query;
    const seen = index
      .all()
      .filter(({ found }) => parent === undefined || found.session.parent === parent)
      .filter((indexed) => isListed(principal, indexed))
      .map((indexed) => this.view({ ...indexed, result: null }))
      .filter((session) => status === undefined || session.status === status);
    const page = pageOf(seen, { limit, cursor, keyOf: (session) => session.session_id });
    return { ok: true, sessions: page.items, next_cursor: page.next_cursor };
  }

  async complete(call: Call<typeof completeSession>) {
    const { gate, log, index, sessions } = this.options;
    const { principal, params, body } = call;
    const named = await sessions.lasting(principal, params.session_id);
    const result = (body.result ?? null) as StoryResult;
    refuseLarge(result, 'result');
    const { found } = named;
    const { sessionId } = found.session;
    const command = {
      type: 'CompleteSession',
      sessionId,
      by: senderOf(principal),
      result,
    } as const;
    const how = {
      about: recording(call, found),
      sending: sendingFor(gate, 'sessions.complete', { call, named }),
    };
    const written = await log.write(found, command, how);
    if (!written.accepted) throw await this.ended(principal, sessionId);
    index.completed(sessionId, written.event.at);
    return {
      ok: true,
      session_id: sessionId,
      status: 'COMPLETED',
      completed_at: written.event.at,
    };
  }

  /** Somebody else was first. */
  private async ended(principal: Principal, id: string): Promise<ApiProblem> {
    const { found, end } = await this.options.sessions.named(principal, id);
    const ended = end();
    if (ended !== null) return sessionProblem(found, ended);
    return new ApiProblem('session_ended', `The session ${id} was completed already.`);
  }

  private view({ found, completedAt, result }: IndexedSession & { readonly result: unknown }) {
    const { view, clock } = this.options;
    const killed = view.sessions.killed.bind(view.sessions);
    const end = endOfSession(found.session, { killed, completedAt, nowMs: clock.nowMs() });
    return sessionView(found, end, result);
  }
}

/** What the last line of its story says; a line that this build cannot read is an end. */
const endIn = (completion: Stored<SessionEvent> | null) => {
  if (completion === null) return { completedAt: null, result: null };
  const { decoded } = completion;
  const event = decoded.known ? decoded.event : null;
  const result = event?.type === 'SessionCompleted' ? event.data.result : null;
  return { completedAt: endedAt(completion, toTimestamp), result };
};

/** Whoever knows the id of a session of its workspace may look at it; a list shows an agent its own alone. */
const isListed = (principal: Principal, { found }: IndexedSession): boolean => {
  if (principal.kind === 'sa') return found.session.owner === principal.address;
  return canSee(principal, found.org, found.workspace);
};
