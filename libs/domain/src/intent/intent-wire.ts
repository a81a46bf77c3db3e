import type { IntentEvent, JsonObject, StopMode, StopOrderId, Timestamp } from '#contracts';
import { fold } from '../decider.js';
import { detailsOf, eventTypeOf } from './intent-details.js';
import type { IntentState, IntentStatus, Submission } from './intent-state.js';
import { intentDecider } from './intent.decider.js';

/** One line of an intent's story, as programs see it: a pure projection of the log. */
export interface IntentWireEvent {
  readonly intent_id: string;
  /** 1, 2, … without holes. */
  readonly seq: number;
  readonly event_type: string;
  readonly status: IntentStatus;
  readonly at: Timestamp;
  readonly actor: string;
  readonly details: JsonObject;
}

/** Why an open intent waits: the stop that holds its receiver. */
export interface HeldBy {
  readonly mode: StopMode;
  readonly order_id: StopOrderId;
}

/** The story of an intent from its recorded history, oldest first; empty for an empty history. */
export const intentWireEvents = (history: readonly IntentEvent[]): IntentWireEvent[] => {
  const [submitted, ...later] = history;
  if (submitted?.type !== 'IntentSubmitted') return [];
  const { intentId } = submitted.data;
  const story: IntentWireEvent[] = [];
  const add = (
    event: IntentEvent,
    line: Pick<IntentWireEvent, 'event_type' | 'status' | 'details'>,
  ) =>
    story.push({
      intent_id: intentId,
      seq: story.length + 1,
      at: event.at,
      actor: event.actor.id,
      ...line,
    });
  add(submitted, { event_type: 'intent.created', status: 'CREATED', details: {} });
  let state: IntentState = intentDecider.initialState;
  for (const event of [submitted, ...later]) {
    state = intentDecider.evolve(state, event);
    add(event, {
      event_type: eventTypeOf(event),
      status: statusOf(state),
      details: detailsOf(event),
    });
  }
  return story;
};

/** The intent as programs see it now, or `null` for an empty history. `held` is told by the gate. */
export const intentView = (history: readonly IntentEvent[], held: HeldBy | null) => {
  const first = history[0];
  const state = fold(intentDecider, history);
  if (first === undefined || state.status === 'absent') return null;
  return {
    ...state.submission.kept,
    ...asSent(state.submission),
    status: statusOf(state),
    created_at: first.at,
    updated_at: history[history.length - 1]?.at ?? first.at,
    delivery_attempt: state.attempts,
    policy_generation: state.generation,
    ...(state.checkpoint === undefined ? {} : { checkpoint: state.checkpoint }),
    ...endOrHold(state, held),
  };
};

const asSent = (submission: Submission) => ({
  intent_id: submission.intentId,
  intent_type: submission.intentType,
  correlation_id: submission.correlationId,
  from_agent: submission.from,
  to_agent: submission.to,
  payload: submission.payload,
  // Absent instead of null: AXME's clients take what is there for a string.
  ...(submission.replyTo === null ? {} : { reply_to: submission.replyTo }),
  ...(submission.deadlineAt === null ? {} : { deadline_at: submission.deadlineAt }),
  max_delivery_attempts: submission.maxDeliveryAttempts,
});

const endOrHold = (state: Exclude<IntentState, { status: 'absent' }>, held: HeldBy | null) => {
  // The deadline as it was sent stands already.
  if (state.status === 'ended') return state.end === 'TIMED_OUT' ? {} : state.details;
  return held === null ? {} : { held };
};

/** The one word for where an intent stands. */
export const statusOf = (state: IntentState): IntentStatus => {
  switch (state.status) {
    case 'absent':
      return 'CREATED';
    case 'open':
      return state.wire;
    case 'ended':
      return state.end;
  }
};
