import {
  Address,
  expandAddress,
  inboxSubject,
  partsOf,
  retireSubject,
  type CompletionSent,
  type FactOf,
  type IntentFact,
  type WorkEvent,
  type WorkFact,
} from '#contracts';
import { endOf, type IntentEnd, type Submission } from '#domain';
import type { AppendRequest } from '#event-store';
import { toTimestamp } from '#platform';
import type { LoadedIntent } from './intent-history.js';

/** Whether and where the end of an intent is told. */
export type CompletionDelivery =
  | { readonly delivered: true; readonly reply_to: string; readonly thread_id: string }
  | { readonly delivered: false; readonly reply_to?: string; readonly reason: string };

const KEPT_MS = 7 * 24 * 3600 * 1000;

/** The agent that is told: `reply_to` counts where it is an agent's address in the sender's own org. */
export const replyOwner = ({ replyTo, from }: Submission): Address | null => {
  if (replyTo === null) return null;
  const sender = partsOf(from);
  const address = Address.safeParse(expandAddress(replyTo, sender.workspace));
  return address.success && partsOf(address.data).org === sender.org ? address.data : null;
};

export const completionDelivery = (submission: Submission, id: string): CompletionDelivery => {
  const { replyTo } = submission;
  if (replyTo === null) return { delivered: false, reason: 'reply_to_not_set' };
  return replyOwner(submission) === null
    ? { delivered: false, reply_to: replyTo, reason: 'reply_to_is_no_agent_of_this_org' }
    : { delivered: true, reply_to: replyTo, thread_id: id };
};

/** What is written together with the end of an intent: the word to its owner, and when it may be forgotten. */
export const withEnd = (
  intent: LoadedIntent,
  fact: IntentFact,
  write: { readonly nowMs: number; readonly toEvent: (fact: WorkFact) => WorkEvent },
): AppendRequest<WorkEvent>[] => {
  const end = endOf(fact);
  if (end === null) return [];
  const retire: WorkFact = {
    type: 'RetirementDue',
    data: { intentId: intent.id, retireAt: toTimestamp(write.nowMs + KEPT_MS) },
  };
  const owner = replyOwner(intent.state.submission);
  const told = owner === null ? [] : [completion(intent, owner, end)];
  return [
    ...told.map((said) => ({
      subject: inboxSubject(partsOf(said.data.owner), intent.id),
      event: write.toEvent(said),
    })),
    { subject: retireSubject(intent.to, intent.id), event: write.toEvent(retire) },
  ];
};

const completion = (
  intent: LoadedIntent,
  owner: Address,
  end: IntentEnd,
): FactOf<typeof CompletionSent> => {
  const { from, to } = intent.state.submission;
  return {
    type: 'CompletionSent',
    data: {
      intentId: intent.id,
      owner,
      from,
      to,
      status: end.status,
      submittedAt: intent.history[0]?.at ?? '',
      details: end.details,
    },
  };
};
