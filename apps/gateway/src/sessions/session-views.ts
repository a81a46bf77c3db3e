import {
  formatMicro,
  microOf,
  SESSION_SECONDS_DEFAULT,
  type SessionFeedEvent,
  type SessionLimits,
  type SessionLimitsInput,
  type SessionMessage,
  type SessionView,
  type Timestamp,
} from '#contracts';
import { sessionWords, type SessionEnd } from '#domain';
import { toTimestamp } from '#platform';
import type { FoundSession, StoryEvent } from './session-log.js';

/** What a caller asked for, as the log keeps it. */
export const limitsOf = (input: SessionLimitsInput | null | undefined): SessionLimits => ({
  maxDurationS: input?.max_duration ?? SESSION_SECONDS_DEFAULT,
  maxActions: input?.max_actions ?? null,
  maxCostMicro: typeof input?.max_cost === 'string' ? microOf(input.max_cost) : null,
});

export const limitsView = ({ maxDurationS, maxActions, maxCostMicro }: SessionLimits) => ({
  max_duration: maxDurationS,
  max_actions: maxActions,
  max_cost: maxCostMicro === null ? null : formatMicro(maxCostMicro),
});

export const statusOfEnd = (end: SessionEnd | null): SessionView['status'] =>
  end === null ? 'ACTIVE' : sessionWords[end.kind].status;

export const timeOfEnd = (end: SessionEnd): Timestamp => {
  switch (end.kind) {
    case 'killed':
      return end.kill.at;
    case 'completed':
      return end.at;
    case 'expired':
      return toTimestamp(end.atMs);
  }
};

/** A session as it stands now. */
export const sessionView = (
  { session }: Pick<FoundSession, 'session'>,
  end: SessionEnd | null,
  result: unknown,
): SessionView => {
  const createdAt = toTimestamp(session.startedAtMs);
  const endedAt = end === null ? null : timeOfEnd(end);
  return {
    session_id: session.sessionId,
    status: statusOfEnd(end),
    type: session.sessionType,
    project_id: session.projectId,
    parent_session_id: session.parent,
    depends_on: [...session.dependsOn],
    metadata: session.metadata,
    limits: limitsView(session.limits),
    owner_agent: session.owner,
    created_at: createdAt,
    updated_at: endedAt ?? createdAt,
    expires_at: toTimestamp(session.expiresAtMs),
    ended_at: endedAt,
    reason: end?.kind === 'killed' ? end.kill.reason : null,
    result: end?.kind === 'completed' ? result : null,
  };
};

type MessageAdded = Extract<StoryEvent, { type: 'SessionMessageAdded' }>;

export const messageView = ({ data, at }: MessageAdded): SessionMessage => ({
  message_id: data.messageId,
  session_id: data.sessionId,
  seq: data.seq,
  role: data.role,
  content: data.content,
  content_type: data.contentType,
  from_agent: data.from,
  created_at: at,
});

/** A line of the story as the feed tells it. */
export const feedEvent = (event: StoryEvent): SessionFeedEvent => {
  const { sessionId: session_id, seq } = event.data;
  const line = { session_id, seq, at: event.at };
  if (event.type === 'SessionMessageAdded') {
    const message = messageView(event);
    return { ...message, ...line, event_type: 'session.message', status: 'ACTIVE' };
  }
  const { result, by } = event.data;
  return { ...line, event_type: 'session.completed', status: 'COMPLETED', result, by_agent: by };
};

/** The last line of a session that ended without a word of its own. */
export const endEvent = ({ session }: FoundSession, end: SessionEnd): SessionFeedEvent => ({
  session_id: session.sessionId,
  seq: null,
  event_type: 'session.completed',
  status: statusOfEnd(end),
  at: timeOfEnd(end),
  result: null,
  reason: end.kind === 'killed' ? end.kill.reason : null,
});
