import type { IntentFact, JsonObject } from '#contracts';
import type { EndStatus } from './intent-state.js';

export type EndFact = Extract<
  IntentFact,
  { type: 'IntentCompleted' | 'IntentFailed' | 'IntentCanceled' | 'IntentTimedOut' }
>;

export interface IntentEnd {
  readonly status: EndStatus;
  /** What is to be said of it: the result, the error, the reason, the deadline. */
  readonly details: JsonObject;
}

/** The end that a fact makes, or `null` where the intent goes on. */
export const endOf = (fact: IntentFact): IntentEnd | null => {
  switch (fact.type) {
    case 'IntentCompleted':
      return { status: 'COMPLETED', details: { result: fact.data.result } };
    case 'IntentFailed':
      return { status: 'FAILED', details: { code: fact.data.code, error: fact.data.error } };
    case 'IntentCanceled':
      return { status: 'CANCELED', details: { reason: fact.data.reason } };
    case 'IntentTimedOut':
      return { status: 'TIMED_OUT', details: { deadline_at: fact.data.deadlineAt } };
    default:
      return goesOn(fact);
  }
};

// No open-ended default: a new fact must say here whether it is an end, or the compiler complains.
const goesOn = (_fact: Exclude<IntentFact, EndFact>): null => null;
