import type { ProblemCode } from '#contracts';
import { INTENT_CHANGES_MAX, statusOf, type IntentRejection } from '#domain';
import { ApiProblem } from '#platform';
import type { LoadedIntent } from './intent-history.js';
import type { Acted } from './intent-log.js';

const problems: Readonly<
  Record<IntentRejection, { code: ProblemCode; say(intent: LoadedIntent): string }>
> = {
  ALREADY_EXISTS: { code: 'already_exists', say: ({ id }) => `The intent ${id} exists already.` },
  NOT_FOUND: { code: 'not_found', say: ({ id }) => `There is no intent ${id}.` },
  ALREADY_ENDED: {
    code: 'already_ended',
    say: ({ id, state }) => `The intent ${id} has ended already: it is ${statusOf(state)}.`,
  },
  TOO_MANY_CHANGES: {
    code: 'conflict',
    say: ({ id }) =>
      `The intent ${id} has ${INTENT_CHANGES_MAX} changes already and takes no more. End it, and send another.`,
  },
  GENERATION_CHANGED: {
    code: 'generation_changed',
    say: ({ state }) =>
      `The policy generation is ${state.generation} by now. Read it, then try again.`,
  },
};

/** What was decided, or the rejection as the caller sees it. @throws ApiProblem */
export const acceptedOr = (acted: Acted): Extract<Acted, { accepted: true }> => {
  if (acted.accepted) return acted;
  const { code, say } = problems[acted.rejection];
  throw new ApiProblem(code, say(acted.intent), {
    details: { intent_id: acted.intent.id, status: statusOf(acted.intent.state) },
  });
};
