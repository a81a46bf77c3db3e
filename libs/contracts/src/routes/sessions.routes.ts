import { z } from 'zod';
import { Metadata } from '../events/agent.events.js';
import { SessionId } from '../events/budget.events.js';
import { Reason } from '../events/stop.events.js';
import { Timestamp } from '../names.js';
import { Ignored, Since, WaitSeconds } from './intent-wire.js';
import { nextCursor, ok, paging } from './paging.js';
import { defineRoute } from './route.js';
import {
  SessionFeedEvent,
  SessionLimitsInput,
  SessionLimitsView,
  SessionMessage,
  SessionParams,
  SessionStatus,
  SessionView,
} from './session-wire.js';
import { Spread } from './stop-wire.js';

const Word = z.string().trim().min(1).max(200).nullish();
const Marked = { ...ok, session_id: SessionId, status: SessionStatus };

export const createSession = defineRoute({
  id: 'sessions.create',
  method: 'POST',
  path: '/v1/sessions',
  access: { kind: 'gate', operators: 'intent:send' },
  summary: 'Begins a session: a piece of work with limits of its own. It lasts 8 hours by default.',
  axme: true,
  body: z.strictObject({
    type: Word,
    project_id: Word,
    /** It ends with its parent. */
    parent_session_id: SessionId.nullish(),
    /** Kept and given back, and not acted on. */
    depends_on: z.array(z.string().min(1).max(200)).max(64).nullish(),
    metadata: Metadata.nullish(),
    limits: SessionLimitsInput.nullish(),
    owner_agent: Ignored,
  }),
  response: z.object({
    ...Marked,
    created_at: Timestamp,
    expires_at: Timestamp,
    limits: SessionLimitsView,
  }),
});

export const listSessions = defineRoute({
  id: 'sessions.list',
  method: 'GET',
  path: '/v1/sessions',
  access: { kind: 'gate', operators: 'mesh:read' },
  summary:
    'Sessions, newest first: an agent finds those that it began, an operator those of its org.',
  axme: true,
  query: z.object({
    ...paging,
    status: SessionStatus.optional(),
    parent_session_id: SessionId.optional(),
  }),
  response: z.object({ ...ok, sessions: z.array(SessionView), ...nextCursor }),
});

export const getSession = defineRoute({
  id: 'sessions.get',
  method: 'GET',
  path: '/v1/sessions/:session_id',
  access: { kind: 'gate', operators: 'mesh:read' },
  summary: 'One session as it stands.',
  axme: true,
  params: SessionParams,
  response: z.object({ ...ok, session: SessionView }),
});

export const addSessionMessage = defineRoute({
  id: 'sessions.messages.add',
  method: 'POST',
  path: '/v1/sessions/:session_id/messages',
  access: { kind: 'gate', operators: 'intent:send' },
  summary: 'Adds a message to a session, at most 64 KiB.',
  axme: true,
  params: SessionParams,
  body: z.strictObject({
    role: z.string().trim().min(1).max(64),
    content: z.unknown().refine((content) => content !== undefined, 'is required'),
    content_type: Word,
    owner_agent: Ignored,
  }),
  response: z.object({ ...ok, message_id: z.uuid(), seq: z.number().int().positive() }),
});

export const listSessionMessages = defineRoute({
  id: 'sessions.messages.list',
  method: 'GET',
  path: '/v1/sessions/:session_id/messages',
  access: { kind: 'gate', operators: 'mesh:read' },
  summary: 'The messages of a session after `since`, oldest first.',
  axme: true,
  params: SessionParams,
  query: z.object({ since: Since, limit: paging.limit }),
  response: z.object({ ...ok, messages: z.array(SessionMessage) }),
});

export const readSessionFeed = defineRoute({
  id: 'sessions.feed',
  method: 'GET',
  path: '/v1/sessions/:session_id/feed',
  access: { kind: 'gate', operators: 'mesh:read' },
  summary: "A session's messages and its end, after `since`, oldest first.",
  axme: true,
  params: SessionParams,
  query: z.object({ since: Since, limit: paging.limit }),
  response: z.object({ ...ok, feed: z.array(SessionFeedEvent) }),
});

export const streamSessionFeed = defineRoute({
  id: 'sessions.feed.stream',
  method: 'GET',
  path: '/v1/sessions/:session_id/feed/stream',
  access: { kind: 'gate', operators: 'mesh:read' },
  summary: 'The feed of a session as it grows. Ends with the session, or after wait_seconds.',
  axme: true,
  params: SessionParams,
  query: z.object({ since: Since, wait_seconds: WaitSeconds }),
  answers: 'sse',
});

export const completeSession = defineRoute({
  id: 'sessions.complete',
  method: 'POST',
  path: '/v1/sessions/:session_id/complete',
  access: { kind: 'gate', operators: 'intent:send' },
  summary: 'Ends a session: whoever names it is refused from now on.',
  axme: true,
  params: SessionParams,
  body: z.strictObject({ result: z.unknown().optional(), owner_agent: Ignored }),
  response: z.object({ ...Marked, completed_at: Timestamp }),
});

export const killSession = defineRoute({
  id: 'sessions.kill',
  method: 'POST',
  path: '/v1/sessions/:session_id/kill',
  access: { kind: 'operator', permission: 'stop:order' },
  summary: 'Ends a session, and all below it, from outside: every gateway refuses who names them.',
  axme: false,
  params: SessionParams,
  body: z.strictObject({ reason: Reason.nullish() }),
  response: z.object({ ...Marked, changed: z.boolean(), ...Spread.shape }),
});

/** What a gateway answers itself. */
export const sessionRoutes = [
  createSession,
  listSessions,
  getSession,
  addSessionMessage,
  listSessionMessages,
  readSessionFeed,
  streamSessionFeed,
  completeSession,
] as const;
