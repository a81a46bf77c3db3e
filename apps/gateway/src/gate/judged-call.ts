import type { Ask, Verdict } from '#domain';
import { NO_OBJECTION, type PolicyWord } from '../policy/policy-gate.js';
import type { DecisionNotes } from './decisions.js';

/** What the gate found when it admitted a request. */
export interface JudgedCall {
  readonly asks: readonly Ask[];
  readonly verdicts: readonly Verdict[];
  readonly word: PolicyWord;
  /** What will be counted when its end is known; `null`: it was. */
  open: DecisionNotes | null;
}

/** Kept on the request itself, so that the collector has no weak map to go through. */
const JUDGED = Symbol('estop.judged');
interface Judged {
  [JUDGED]?: JudgedCall;
}
export const NOTHING: JudgedCall = { asks: [], verdicts: [], word: NO_OBJECTION, open: null };

export const judgedOf = ({ request }: { readonly request: object }): JudgedCall =>
  (request as Judged)[JUDGED] ?? NOTHING;

export const keepJudged = ({ request }: { readonly request: object }, judged: JudgedCall): void => {
  (request as Judged)[JUDGED] = judged;
};

export const isAllowed = ({ allowed }: Verdict): boolean => allowed;

/** Neither a stop nor a policy forbids it. */
export const isLetIn = ({ verdicts, word }: JudgedCall): boolean =>
  word.kind !== 'refuse' && verdicts.every(isAllowed);
