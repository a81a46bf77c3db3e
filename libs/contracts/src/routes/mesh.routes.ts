import { z } from 'zod';
import { StopMode } from '../events/stop.events.js';
import { Address, GatewayId, RegionName, SigningKeyId, Timestamp } from '../names.js';
import { GatewayPhaseWord } from '../receipt.js';
import { Moment, nextCursor, ok, paging } from './paging.js';
import { defineRoute } from './route.js';
import { AddressText } from './stop-wire.js';

/** A control or health fact, as a line of the fleet's history. */
export const FleetEvent = z.object({
  event_id: z.string(),
  address: Address.nullable(),
  event_type: z.string(),
  details: z.record(z.string(), z.unknown()),
  actor_id: z.string(),
  created_at: Timestamp,
});
export type FleetEvent = z.infer<typeof FleetEvent>;

export const listMeshEvents = defineRoute({
  id: 'mesh.events.list',
  method: 'GET',
  path: '/v1/mesh/events',
  access: { kind: 'operator', permission: 'mesh:read' },
  summary: 'Control and health facts, newest first: no refusals, no heartbeats.',
  axme: true,
  query: z.object({
    ...paging,
    event_type: z.string().min(1).max(100).optional(),
    address: AddressText.optional(),
    from: Moment.optional(),
    to: Moment.optional(),
  }),
  response: z.object({ ...ok, events: z.array(FleetEvent), ...nextCursor }),
});

export const GatewayEntry = z.object({
  gateway: GatewayId,
  region: RegionName,
  boot: z.number().int(),
  url: z.string().nullable(),
  joined_at: Timestamp,
  /** `fenced`: without a lease, so it admits nothing; `silent`: not heard for more than 3 s by the node that answers. */
  state: z.enum(['serving', 'fenced', 'silent']),
  /** How it stands to the mesh, by its own word; `null` until heard. */
  phase: GatewayPhaseWord.nullable(),
  /** `true`: it has no proof that its state is fresh; `null` until heard. */
  fenced: z.boolean().nullable(),
  /** Milliseconds since its state was proven fresh, by its own word; `null`: never, or not heard. */
  lease_age_ms: z.number().nullable(),
  /** The stops that it can enforce. */
  modes: z.array(StopMode),
  /** The key that its receipts are signed with; `null`: it signs nothing. */
  key_id: SigningKeyId.nullable(),
  /** The control log's sequence up to which it has applied everything; `null` until heard. */
  position: z.number().int().nullable(),
  /** Control events it has yet to apply. */
  behind: z.number().int().nullable(),
  /** Milliseconds since its last word. */
  silent_for_ms: z.number().int().nullable(),
});
export type GatewayEntry = z.infer<typeof GatewayEntry>;

export const listGateways = defineRoute({
  id: 'mesh.gateways.list',
  method: 'GET',
  path: '/v1/mesh/gateways',
  access: { kind: 'operator', permission: 'mesh:read' },
  summary: 'The gateways that are members of the mesh, and how far each has read the log.',
  axme: false,
  response: z.object({
    ...ok,
    /** The last sequence of the control log that the answering node has applied. */
    position: z.number().int(),
    gateways: z.array(GatewayEntry),
  }),
});

export const meshStream = defineRoute({
  id: 'mesh.stream',
  method: 'GET',
  path: '/v1/mesh/stream',
  access: { kind: 'operator', permission: 'mesh:read' },
  summary: 'Control events as they happen. The id is the log sequence; Last-Event-ID resumes.',
  axme: false,
  answers: 'sse',
});

export const meshRoutes = [listMeshEvents, listGateways, meshStream] as const;
