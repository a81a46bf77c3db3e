import { z } from 'zod';
import { NamePart, OrgName, Timestamp, WorkspaceName } from '../names.js';
import { OpenObject, Since, WaitSeconds } from './intent-wire.js';
import { ok } from './paging.js';
import { defineRoute } from './route.js';

const Place = z.object({ org: OrgName, workspace: WorkspaceName, name: NamePart });

/** `since` acknowledges nothing and hides nothing: a redelivery has a new `seq`. */
const delivery = z.object({ since: Since, wait_seconds: WaitSeconds });

export const streamAgentIntents = defineRoute({
  id: 'agents.intents.stream',
  method: 'GET',
  path: '/v1/agents/:org/:workspace/:name/intents/stream',
  access: { kind: 'gate', operators: null },
  summary: 'Intents for this agent as they come; its instances share them.',
  axme: true,
  params: Place,
  query: delivery,
  answers: 'sse',
});

/** The short form of the address: clients cut `agent://` off and put the rest into the path. */
export const streamOwnIntents = defineRoute({
  id: 'agents.intents.stream.short',
  method: 'GET',
  path: '/v1/agents/:org/:name/intents/stream',
  access: { kind: 'gate', operators: null },
  summary: "Intents for this agent of the caller's own workspace.",
  axme: true,
  params: Place.omit({ workspace: true }),
  query: delivery,
  answers: 'sse',
});

export const streamQueueIntents = defineRoute({
  id: 'queues.intents.stream',
  method: 'GET',
  path: '/v1/queues/:org/:workspace/:name/intents/stream',
  access: { kind: 'gate', operators: null },
  summary: 'Intents of a shared queue, for the agents of its workspace.',
  axme: false,
  params: Place,
  query: delivery,
  answers: 'sse',
});

export const readInbox = defineRoute({
  id: 'inbox.read',
  method: 'GET',
  path: '/v1/inbox',
  access: { kind: 'gate', operators: 'mesh:read' },
  summary: 'Completions sent to an agent by reply_to, newest first.',
  axme: true,
  query: z.object({ owner_agent: z.string().min(3).max(383).optional() }),
  response: z.object({
    ...ok,
    threads: z.array(
      z.object({
        thread_id: z.string(),
        intent_id: z.string(),
        status: z.enum(['pending', 'active', 'done']),
        owner_agent: z.string(),
        from_agent: z.string(),
        to_agent: z.string(),
        created_at: Timestamp,
        updated_at: Timestamp,
        timeline: z.array(
          z.object({
            event_id: z.string(),
            event_type: z.string(),
            actor: z.string(),
            at: Timestamp,
            details: OpenObject,
          }),
        ),
      }),
    ),
  }),
});

export const deliveryRoutes = [
  streamAgentIntents,
  streamOwnIntents,
  streamQueueIntents,
  readInbox,
] as const;
