import { inboxFilter, partsOf, type Address, type readInbox, type WorkEvent } from '#contracts';
import type { EventStore, Stored } from '#event-store';
import { ApiProblem, invalidFields, type Call } from '#platform';
import { receiverOf } from '../gate/destination.js';

const THREADS_MAX = 200;

/** Completions that were sent to an agent by `reply_to`. */
export class Inbox {
  constructor(private readonly store: Pick<EventStore<WorkEvent>, 'read'>) {}

  async handle(call: Call<typeof readInbox>) {
    const owner = ownerOf(call);
    const stored = await this.store.read(inboxFilter(partsOf(owner)));
    const newest = stored.slice(-THREADS_MAX).reverse();
    return { ok: true, threads: newest.flatMap(threadOf) };
  }
}

/** Agents read their own, whatever they ask for; operators name one that they can see. */
const ownerOf = ({ principal, query }: Call<typeof readInbox>): Address => {
  if (principal.kind === 'sa') return principal.address;
  const asked = query.owner_agent;
  if (asked === undefined) {
    const message = 'is required with an operator key: whose inbox?';
    throw invalidFields([{ in: 'query', path: 'owner_agent', message }]);
  }
  const { address, parts } = receiverOf(principal, asked, { in: 'query', path: 'owner_agent' });
  if (parts.kind === 'agent') return address as Address;
  throw new ApiProblem('not_found', 'A queue has no inbox.');
};

const threadOf = ({ decoded }: Stored<WorkEvent>) => {
  if (!decoded.known || decoded.event.type !== 'CompletionSent') return [];
  const { id, at, actor, data } = decoded.event;
  return [
    {
      thread_id: data.intentId,
      intent_id: data.intentId,
      status: 'done' as const,
      owner_agent: data.owner,
      from_agent: data.from,
      to_agent: data.to,
      created_at: data.submittedAt,
      updated_at: at,
      timeline: [
        {
          event_id: id,
          event_type: `intent.${data.status.toLowerCase()}`,
          actor: actor.id,
          at,
          details: data.details,
        },
      ],
    },
  ];
};
