import type { IntentFact, JsonObject } from '#contracts';
import { endOf } from './intent-end.js';

type DataOf<T extends IntentFact['type']> = Extract<IntentFact, { type: T }>['data'];

/** What of a fact is for everybody's eyes: never the work token. */
export const detailsOf = (fact: IntentFact): JsonObject => {
  const end = endOf(fact);
  if (end !== null) return end.details;
  const tell = tellers[fact.type as keyof typeof tellers] as (data: unknown) => JsonObject;
  return tell(fact.data);
};

const tellers = {
  IntentSubmitted: ({ to }: DataOf<'IntentSubmitted'>): JsonObject => ({ to_agent: to }),
  IntentDelivered: (data: DataOf<'IntentDelivered'>): JsonObject => ({
    attempt: data.attempt,
    agent: data.agent,
    region: data.region,
    gateway: data.gateway,
    delivery_seq: data.deliverySeq,
  }),
  IntentReturned: ({ cause, orderId }: DataOf<'IntentReturned'>): JsonObject => ({
    cause,
    order_id: orderId,
  }),
  IntentProgressed: ({ details }: DataOf<'IntentProgressed'>): JsonObject => details,
  IntentCheckpointed: ({ data }: DataOf<'IntentCheckpointed'>): JsonObject => ({ data }),
  IntentControlled: (data: DataOf<'IntentControlled'>): JsonObject => ({
    controls_patch: data.controlsPatch,
    grants_patch: data.grantsPatch,
    envelope_patch: data.envelopePatch,
    policy_generation: data.generation,
  }),
};

/** What the fact is called on the wire: `intent.delivered`, `intent.waiting`, `intent.policy_updated`, … */
export const eventTypeOf = (fact: IntentFact): string => {
  if (fact.type === 'IntentProgressed') return `intent.${fact.data.status.toLowerCase()}`;
  if (fact.type === 'IntentControlled') return `intent.${fact.data.kind}_updated`;
  return names[fact.type];
};

const names = {
  IntentSubmitted: 'intent.submitted',
  IntentDelivered: 'intent.delivered',
  IntentReturned: 'intent.returned',
  IntentCheckpointed: 'intent.checkpointed',
  IntentCompleted: 'intent.completed',
  IntentFailed: 'intent.failed',
  IntentCanceled: 'intent.canceled',
  IntentTimedOut: 'intent.timed_out',
} as const;
