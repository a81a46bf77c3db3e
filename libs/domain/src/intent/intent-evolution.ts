import type { IntentFact } from '#contracts';
import { endOf, type EndFact, type IntentEnd } from './intent-end.js';
import type { IntentFacts, IntentState, OpenIntent } from './intent-state.js';

type Going = Exclude<IntentFact, EndFact | { type: 'IntentSubmitted' }>;

/** The state after one more fact. Total: no fact of the log can make it fail. */
export const evolveIntent = (state: IntentState, fact: IntentFact): IntentState => {
  if (fact.type === 'IntentSubmitted') {
    return {
      status: 'open',
      wire: 'SUBMITTED',
      submission: fact.data,
      attempts: 0,
      checkpoint: undefined,
      generation: 0,
      changes: 0,
      takers: [],
      inHand: null,
      returned: null,
    };
  }
  if (state.status !== 'open') return state;
  const end = endOf(fact);
  return end === null ? evolveOpen(state, fact as Going) : ended(state, end);
};

const evolveOpen = (state: OpenIntent, fact: Going): IntentState => {
  switch (fact.type) {
    case 'IntentDelivered':
      return delivered(state, fact.data);
    case 'IntentReturned':
      return returned(state, fact.data);
    case 'IntentProgressed':
      return { ...state, wire: fact.data.status, changes: state.changes + 1 };
    case 'IntentCheckpointed':
      return { ...state, checkpoint: fact.data.data, changes: state.changes + 1 };
    case 'IntentControlled':
      return { ...state, generation: fact.data.generation, changes: state.changes + 1 };
  }
};

const delivered = (
  state: OpenIntent,
  data: Extract<IntentFact, { type: 'IntentDelivered' }>['data'],
): OpenIntent => ({
  ...state,
  wire: 'DELIVERED',
  attempts: data.attempt,
  takers: state.takers.includes(data.agent) ? state.takers : [...state.takers, data.agent],
  inHand: {
    agent: data.agent,
    token: data.workToken,
    attempt: data.attempt,
    visibleUntil: data.visibleUntil,
  },
  returned: null,
});

// A stop is nobody's failed attempt; a delivery that never reached its taker is not one either.
const returned = (
  state: OpenIntent,
  data: Extract<IntentFact, { type: 'IntentReturned' }>['data'],
): OpenIntent => ({
  ...state,
  wire: 'SUBMITTED',
  attempts: Math.max(0, state.attempts - 1),
  inHand: null,
  returned:
    data.orderId !== null && state.inHand !== null
      ? { agent: state.inHand.agent, orderId: data.orderId }
      : null,
});

const ended = (state: OpenIntent, { status, details }: IntentEnd): IntentState => ({
  status: 'ended',
  end: status,
  details,
  ...factsOf(state),
});

const factsOf = (state: OpenIntent): IntentFacts => ({
  submission: state.submission,
  attempts: state.attempts,
  checkpoint: state.checkpoint,
  generation: state.generation,
  changes: state.changes,
  takers: state.takers,
});
