import { z } from 'zod';
import { defineEvent, type FactOf } from '../envelope.js';
import { Address, AddressId, ServiceAccountId, Tag } from '../names.js';
import { Reason } from './stop.events.js';

export const DisplayName = z.string().trim().min(1).max(200);
/** Free notes on a thing: at most 8 KiB as JSON. */
export const Metadata = z
  .record(z.string().max(200), z.json())
  .refine(
    (value) => JSON.stringify(value).length <= 8192,
    'must be at most 8192 characters as JSON',
  );

/** An agent has an identity: a service account of the same name. */
export const AgentRegistered = defineEvent(
  'AgentRegistered',
  z.object({
    address: Address,
    addressId: AddressId,
    serviceAccountId: ServiceAccountId,
    name: z.string(),
    description: z.string().max(2000).nullable(),
    /** A note from the request, never the actor. */
    createdByNote: z.string().max(200).nullable(),
  }),
);

export const AgentTagged = defineEvent(
  'AgentTagged',
  z.object({ address: Address, tags: z.array(Tag).max(32) }),
);

export const AgentDescribed = defineEvent(
  'AgentDescribed',
  z.object({ address: Address, displayName: DisplayName.nullable(), metadata: Metadata }),
);

/** Permanent: every key of the agent is refused from now on, and its name is never given again. */
export const AgentRevoked = defineEvent(
  'AgentRevoked',
  z.object({ address: Address, reason: Reason.nullable() }),
);

/** Registered on behalf of another agent, its parent: revoking the parent revokes this one, for good. */
export const AgentDelegated = defineEvent(
  'AgentDelegated',
  z.object({ address: Address, parent: Address }),
);

export const agentEvents = [
  AgentRegistered,
  AgentTagged,
  AgentDescribed,
  AgentRevoked,
  AgentDelegated,
] as const;
export type AgentEvent = FactOf<(typeof agentEvents)[number]>;
