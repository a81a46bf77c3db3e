import type { IntentFact, JsonObject } from '#contracts';
import { accept, reject, type Decider, type Decision } from '../decider.js';
import { evolveIntent } from './intent-evolution.js';
import type { IntentState, OpenIntent } from './intent-state.js';
import {
  INTENT_CHANGES_MAX,
  type ControlIntent,
  type IntentCommand,
  type IntentRejection,
  type ResolveIntent,
} from './intent.commands.js';

export type IntentDecision = Decision<IntentFact, IntentRejection>;

type After = Exclude<IntentCommand, { type: 'SubmitIntent' }>;

const decide = (command: IntentCommand, state: IntentState): IntentDecision => {
  if (command.type === 'SubmitIntent') {
    return state.status === 'absent'
      ? accept({ type: 'IntentSubmitted', data: command.submission })
      : reject('ALREADY_EXISTS');
  }
  if (state.status === 'absent') return reject('NOT_FOUND');
  if (state.status === 'ended') return reject('ALREADY_ENDED');
  const decision = decideOpen(command, state);
  return overfull(decision, state) ? reject('TOO_MANY_CHANGES') : decision;
};

const CHANGES: readonly IntentFact['type'][] = [
  'IntentCheckpointed',
  'IntentProgressed',
  'IntentControlled',
];

const overfull = (decision: IntentDecision, { changes }: OpenIntent): boolean =>
  changes >= INTENT_CHANGES_MAX &&
  decision.accepted &&
  decision.events.some(({ type }) => CHANGES.includes(type));

const decideOpen = (command: After, state: OpenIntent): IntentDecision => {
  switch (command.type) {
    case 'DeliverIntent':
      return deliver(command, state);
    case 'ReturnIntent':
      return giveBack(command, state);
    case 'CheckpointIntent':
      return accept({
        type: 'IntentCheckpointed',
        data: { data: command.data as JsonObject },
      });
    case 'ControlIntent':
      return control(command, state);
    case 'ResolveIntent':
      return accept(end(command));
    case 'AnswerIntent':
      return accept(answered(command.answer));
    case 'TimeOutIntent':
      return accept({ type: 'IntentTimedOut', data: { deadlineAt: command.deadlineAt } });
  }
};

/** An item that nobody answered in all its attempts ends here: the queue would hand it out for ever. */
const deliver = (
  command: Extract<IntentCommand, { type: 'DeliverIntent' }>,
  state: OpenIntent,
): IntentDecision => {
  const { type: _type, ...delivery } = command;
  if (state.attempts < state.submission.maxDeliveryAttempts) {
    return accept({ type: 'IntentDelivered', data: { ...delivery, attempt: state.attempts + 1 } });
  }
  return accept({
    type: 'IntentFailed',
    data: {
      code: 'delivery_exhausted',
      error: {
        code: 'delivery_exhausted',
        message: `delivered ${state.attempts} times and never answered`,
      },
    },
  });
};

// Several gateways may remember the same delivery; only the first return of the latest one says anything.
const giveBack = (
  command: Extract<IntentCommand, { type: 'ReturnIntent' }>,
  state: OpenIntent,
): IntentDecision =>
  state.inHand?.token === command.workToken
    ? accept({ type: 'IntentReturned', data: { cause: command.cause, orderId: command.orderId } })
    : accept();

const control = (command: ControlIntent, state: OpenIntent): IntentDecision => {
  const { type: _type, expectedGeneration, ...patch } = command;
  if (expectedGeneration !== null && expectedGeneration !== state.generation) {
    return reject('GENERATION_CHANGED');
  }
  return accept({
    type: 'IntentControlled',
    data: { ...patch, generation: state.generation + 1 },
  });
};

const end = (command: ResolveIntent): IntentFact => {
  switch (command.status) {
    case 'COMPLETED':
      return { type: 'IntentCompleted', data: { result: command.result } };
    case 'FAILED':
      return { type: 'IntentFailed', data: { code: 'failed', error: command.error } };
    case 'CANCELED':
      return { type: 'IntentCanceled', data: { reason: command.reason } };
  }
};

/** The words by which an agent says in its answer that it failed. */
const FAILURES = {
  outcome: ['failure', 'failed', 'error'],
  action: ['fail', 'failed', 'reject'],
} as const;

const says = (answer: JsonObject, field: keyof typeof FAILURES): boolean => {
  const word = answer[field];
  return typeof word === 'string' && FAILURES[field].some((known) => known === word.toLowerCase());
};

/** What an agent's free-form answer means: a failure, still at it, or (anything else) done. */
const answered = (answer: JsonObject): IntentFact => {
  if (says(answer, 'outcome') || says(answer, 'action')) {
    return { type: 'IntentFailed', data: { code: 'failed', error: answer } };
  }
  if (answer.status === 'WAITING' || answer.status === 'IN_PROGRESS') {
    return { type: 'IntentProgressed', data: { status: answer.status, details: answer } };
  }
  return { type: 'IntentCompleted', data: { result: answer } };
};

export const intentDecider: Decider<IntentState, IntentCommand, IntentFact, IntentRejection> = {
  decide,
  evolve: evolveIntent,
  initialState: { status: 'absent' },
};
