import {
  addSessionMessage,
  completeSession,
  createSession,
  getSession,
  killSession,
  listSessionMessages,
  listSessions,
  readSessionFeed,
  streamSessionFeed,
  type SessionFeedEvent,
  type SessionStatus,
} from '#contracts';
import { requestOf, type AnswerOf, type BodyOf, type Caller } from './http/caller.js';
import type { CallOptions } from './http/transport.js';
import { resumed, type StreamOptions } from './streams/event-stream.js';

/** A session as programs see it. */
export type Session = AnswerOf<typeof getSession>['session'];

export interface ListSessionsQuery {
  readonly status?: SessionStatus;
  readonly parent_session_id?: string;
  readonly limit?: number;
  readonly cursor?: string;
}

export interface PageQuery {
  /** After this number. @default 0 */
  readonly since?: number;
  /** @default 100 */
  readonly limit?: number;
}

/** Pieces of work with limits of their own: begin one, name it in guards and intents, complete it; or kill it. */
export class SessionsApi {
  constructor(private readonly caller: Caller) {}

  /** It lasts eight hours unless `limits` says otherwise. */
  create(body: BodyOf<typeof createSession> = {}, options?: CallOptions) {
    return this.caller.call(createSession, { body }, options);
  }

  get(id: string, options?: CallOptions) {
    return this.caller.call(getSession, { params: { session_id: id } }, options);
  }

  /** Newest first. */
  list(query: ListSessionsQuery = {}, options?: CallOptions) {
    return this.caller.call(listSessions, { query: { ...query } }, options);
  }

  addMessage(id: string, body: BodyOf<typeof addSessionMessage>, options?: CallOptions) {
    return this.caller.call(addSessionMessage, { params: { session_id: id }, body }, options);
  }

  messages(id: string, query: PageQuery = {}, options?: CallOptions) {
    const input = { params: { session_id: id }, query: { ...query } };
    return this.caller.call(listSessionMessages, input, options);
  }

  /** Messages and the end. */
  feed(id: string, query: PageQuery = {}, options?: CallOptions) {
    const input = { params: { session_id: id }, query: { ...query } };
    return this.caller.call(readSessionFeed, input, options);
  }

  /** Nobody may name it any more. A second time is a 409 `session_ended`. */
  complete(id: string, body: BodyOf<typeof completeSession> = {}, options?: CallOptions) {
    return this.caller.call(completeSession, { params: { session_id: id }, body }, options);
  }

  /** For operators: ends the session, and all below it, everywhere. */
  kill(id: string, body: BodyOf<typeof killSession> = {}, options?: CallOptions) {
    return this.caller.call(killSession, { params: { session_id: id }, body }, options);
  }

  /** The feed as it grows, until the session ends; it survives the loss of a gateway without a gap. */
  async *follow(
    id: string,
    options: StreamOptions & { readonly since?: number } = {},
  ): AsyncGenerator<SessionFeedEvent, void, void> {
    let since = options.since ?? 0;
    const request = () =>
      requestOf(streamSessionFeed, { params: { session_id: id }, query: { since } });
    const from = { request, lastEventId: () => null };
    for await (const frame of resumed(this.caller.transport, from, options)) {
      if (!frame.event.startsWith('session.')) continue;
      const line = JSON.parse(frame.data) as SessionFeedEvent;
      since = Math.max(since, line.seq ?? since);
      yield line;
      if (line.event_type === 'session.completed') return;
    }
  }
}
