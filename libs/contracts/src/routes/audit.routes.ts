import { z } from 'zod';
import { Timestamp } from '../names.js';
import { ProjectorStatus, RebuildReport } from '../projector.js';
import { Moment, nextCursor, ok, paging } from './paging.js';
import { defineRoute } from './route.js';
import { NamedActor, RefusalsOfGateway } from './order-record.js';
import { AddressText } from './stop-wire.js';

/** One line of the audit, as it was recorded; found again in its log by its sequence. */
export const AuditEntry = z.object({
  stream: z.enum(['CONTROL', 'ACTIVITY']),
  sequence: z.number().int(),
  event_id: z.string(),
  /** The event's own name, `StopOrdered`. */
  type: z.string(),
  /** Its name among the fleet's facts, `agent.killed`; `null` where it is none. */
  event_type: z.string().nullable(),
  at: Timestamp,
  org: z.string().nullable(),
  workspace: z.string().nullable(),
  address: z.string().nullable(),
  order_id: z.string().nullable(),
  actor: NamedActor,
  reason: z.string().nullable(),
  correlation_id: z.string(),
  details: z.record(z.string(), z.unknown()),
  /**
   * Gateways and control nodes refused the event, and it has no effect: nobody signed it (`unsigned`), or not the one who
   * may say it (`forged`). `null`: it counts.
   */
  refused: z.enum(['unsigned', 'forged']).nullable(),
});
export type AuditEntry = z.infer<typeof AuditEntry>;

export const listAudit = defineRoute({
  id: 'audit.list',
  method: 'GET',
  path: '/v1/audit',
  access: { kind: 'operator', permission: 'audit:read' },
  summary:
    'The audit log, newest first: who did what, when and why. Single refusals only when asked for.',
  axme: false,
  query: z.object({
    ...paging,
    type: z.string().min(1).max(100).optional(),
    address: AddressText.optional(),
    order_id: z.string().min(1).max(63).optional(),
    actor_id: z.string().min(1).max(383).optional(),
    from: Moment.optional(),
    to: Moment.optional(),
    /** `refusals`: also a line for each quarter of a second in which a gateway refused something. */
    include: z.enum(['refusals']).optional(),
  }),
  response: z.object({
    ...ok,
    entries: z.array(AuditEntry),
    /** Where one order is asked about: what each gateway refused for it, all of it. */
    refusals: z.array(RefusalsOfGateway).optional(),
    ...nextCursor,
  }),
});

export const projectionStatus = defineRoute({
  id: 'audit.projection',
  method: 'GET',
  path: '/v1/audit/projection',
  access: { kind: 'operator', permission: 'audit:read' },
  summary: 'How far the read model has followed the logs, and whether it is being rebuilt.',
  axme: false,
  response: ProjectorStatus,
});

export const rebuildAudit = defineRoute({
  id: 'audit.rebuild',
  method: 'POST',
  path: '/v1/audit/rebuild',
  access: { kind: 'operator', permission: 'audit:rebuild' },
  summary: 'Replay the logs into a new read model. 202 where it takes longer: ask for its status.',
  axme: false,
  body: z.strictObject({
    /** Go on though a log has forgotten its beginning: what was projected of that is then lost. */
    accept_loss: z.boolean().default(false),
  }),
  response: z.union([
    RebuildReport.extend({ rebuilding: z.literal(false) }),
    z.object({ ...ok, rebuilding: z.literal(true) }),
  ]),
});

export const auditRoutes = [listAudit, projectionStatus, rebuildAudit] as const;
