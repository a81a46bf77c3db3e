import {
  SESSION_MESSAGES_MAX,
  type addSessionMessage,
  type listSessionMessages,
  type readSessionFeed,
} from '#contracts';
import { ApiProblem, type Call, type Ids } from '#platform';
import type { Gate } from '../gate/gate.js';
import { senderOf } from '../gate/destination.js';
import { recording, refuseLarge, sendingFor } from './session-calls.js';
import { refuseEnded, type SessionGate } from './session-gate.js';
import type { SessionLog } from './session-log.js';
import { endEvent, feedEvent, messageView } from './session-views.js';

export interface SessionMessagesOptions {
  readonly gate: Gate;
  readonly ids: Ids;
  readonly log: SessionLog;
  readonly sessions: SessionGate;
}

/** What is said within a session, numbered 1, 2, … */
export class SessionMessages {
  constructor(private readonly options: SessionMessagesOptions) {}

  async add(call: Call<typeof addSessionMessage>) {
    const { gate, ids, log, sessions } = this.options;
    const { principal, params, body } = call;
    const named = await sessions.lasting(principal, params.session_id);
    refuseLarge(body.content, 'content');
    const { found } = named;
    const messageId = ids.uuid();
    const command = {
      type: 'AddMessage',
      sessionId: found.session.sessionId,
      messageId,
      from: senderOf(principal),
      role: body.role,
      content: body.content as never,
      contentType: body.content_type ?? null,
    } as const;
    const sending = sendingFor(gate, 'sessions.messages.add', { call, named });
    const written = await log.write(found, command, { about: recording(call, found), sending });
    if (written.accepted) return { ok: true, message_id: messageId, seq: written.event.data.seq };
    refuseEnded(await sessions.named(principal, params.session_id));
    throw refused(params.session_id, written.rejection);
  }

  async list({ principal, params, query }: Call<typeof listSessionMessages>) {
    const { found } = await this.options.sessions.named(principal, params.session_id);
    const story = await this.options.log.page(found, { ...query, messagesOnly: true });
    const messages = story.flatMap((event) =>
      event.type === 'SessionMessageAdded' ? [messageView(event)] : [],
    );
    return { ok: true, messages };
  }

  async feed({ principal, params, query }: Call<typeof readSessionFeed>) {
    const { found, end } = await this.options.sessions.named(principal, params.session_id);
    const story = await this.options.log.page(found, { ...query, messagesOnly: false });
    const feed = story.map(feedEvent);
    const ended = end();
    const isLast = feed.length < query.limit && feed.at(-1)?.event_type !== 'session.completed';
    const isSilent = ended !== null && ended.kind !== 'completed';
    return { ok: true, feed: isLast && isSilent ? [...feed, endEvent(found, ended)] : feed };
  }
}

const refused = (id: string, rejection: 'SESSION_ENDED' | 'TOO_MANY_MESSAGES'): ApiProblem =>
  rejection === 'SESSION_ENDED'
    ? new ApiProblem('session_ended', `The session ${id} was completed already.`)
    : new ApiProblem(
        'conflict',
        `The session ${id} has ${SESSION_MESSAGES_MAX} messages and takes no more. Begin another one.`,
      );
