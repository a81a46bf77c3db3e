import type { StoredControl } from '#platform';
import type { Gate } from '../gate/gate.js';
import type { GatewayShared } from '../gateway-shared.js';
import type { OpenStreams } from '../streams/open-streams.js';
import { CreateSession } from './create-session.js';
import { SessionGate } from './session-gate.js';
import { SessionIndex } from './session-index.js';
import { SessionLog } from './session-log.js';
import { SessionMessages } from './session-messages.js';
import { Sessions } from './sessions.js';
import { SessionStream } from './session-stream.js';

export interface SessionPartsOptions extends GatewayShared {
  readonly gate: Gate;
  readonly streams: OpenStreams;
}

/** What deals with sessions: their log, who may still name them, and the routes. */
export const sessionParts = (options: SessionPartsOptions) => {
  const { logs, log: logger } = options;
  const store = logs.sessions;
  const log = new SessionLog({ ...options, store });
  const index = new SessionIndex({ store, sessions: log, log: logger });
  const sessions = new SessionGate({ ...options, log, index });
  const parts = { ...options, log, index, sessions };
  const stream = new SessionStream({ ...options, store, sessions, logger });
  return {
    /** Right after the fold has applied it. */
    heard: ({ decoded }: StoredControl): void => {
      if (decoded.known && decoded.event.type === 'SessionKilled') stream.review();
    },
    /** What other routes ask about a session that they are given. */
    sessions,
    index,
    create: new CreateSession(parts),
    reading: new Sessions(parts),
    messages: new SessionMessages(parts),
    stream,
  };
};
export type SessionParts = ReturnType<typeof sessionParts>;
