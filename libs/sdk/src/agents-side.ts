import type {
  createIntent,
  getIntent,
  guardTool,
  JsonObject,
  listIntentEvents,
  resolveIntent,
  resumeIntent,
  sendHeartbeat,
} from '#contracts';
import type { AnswerOf, BodyOf } from './http/caller.js';

/** An intent as programs see it. */
export type Intent = AnswerOf<typeof getIntent>['intent'];
/** How far it has come; {@link terminalStatuses} are ends. */
export type IntentStatus = Intent['status'];
/** One line of its story. */
export type IntentEvent = AnswerOf<typeof listIntentEvents>['events'][number];

export const terminalStatuses: readonly IntentStatus[] = [
  'COMPLETED',
  'FAILED',
  'CANCELED',
  'TIMED_OUT',
];

type CreateBody = BodyOf<typeof createIntent>;
/** A correlation id is made where none is given. */
export type SendIntent = Omit<CreateBody, 'correlation_id'> &
  Partial<Pick<CreateBody, 'correlation_id'>>;

/** Work, as it comes to an agent. */
export interface Delivery {
  readonly intent_id: string;
  /** Counts the deliveries to this agent. */
  readonly seq: number;
  readonly event_type: string;
  readonly status: IntentStatus;
  readonly intent_type: string;
  readonly payload: JsonObject;
  readonly from_agent: string;
  readonly correlation_id: string;
  readonly delivery_attempt: number;
  /** What the last instance had saved when it was interrupted. */
  readonly checkpoint?: unknown;
}

export type Resolution = BodyOf<typeof resolveIntent>;
export type Resolved = AnswerOf<typeof resolveIntent>;
export type Answered = AnswerOf<typeof resumeIntent>;
/** Metrics are what was done since the heartbeat before, not totals. */
export type Heartbeat = BodyOf<typeof sendHeartbeat>;
export type HeartbeatAnswer = AnswerOf<typeof sendHeartbeat>;
export type GuardQuestion = BodyOf<typeof guardTool>;
export type GuardAnswer = AnswerOf<typeof guardTool>;
