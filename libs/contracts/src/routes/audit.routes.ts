import { z } from 'zod';
import { Actor } from '../envelope.js';
import { Timestamp } from '../names.js';
import { Moment, nextCursor, ok, paging } from './paging.js';
import { defineRoute } from './route.js';
import { AddressText } from './stop-wire.js';

/** One event of the control log, as it was recorded. */
export const AuditEntry = z.object({
  sequence: z.number().int(),
  event_id: z.string(),
  type: z.string(),
  at: Timestamp,
  org: z.string().nullable(),
  workspace: z.string().nullable(),
  address: z.string().nullable(),
  order_id: z.string().nullable(),
  actor: Actor,
  reason: z.string().nullable(),
  correlation_id: z.string(),
  data: z.record(z.string(), z.unknown()),
});
export type AuditEntry = z.infer<typeof AuditEntry>;

export const listAudit = defineRoute({
  id: 'audit.list',
  method: 'GET',
  path: '/v1/audit',
  access: { kind: 'operator', permission: 'audit:read' },
  summary: 'The audit log, newest first: who did what, when and why.',
  axme: false,
  query: z.object({
    ...paging,
    type: z.string().min(1).max(100).optional(),
    address: AddressText.optional(),
    order_id: z.string().min(1).max(63).optional(),
    actor_id: z.string().min(1).max(383).optional(),
    from: Moment.optional(),
    to: Moment.optional(),
  }),
  response: z.object({ ...ok, entries: z.array(AuditEntry), ...nextCursor }),
});

export const rebuildAudit = defineRoute({
  id: 'audit.rebuild',
  method: 'POST',
  path: '/v1/audit/rebuild',
  access: { kind: 'operator', permission: 'audit:rebuild' },
  summary: 'Drop the read model and replay the logs into it. Traffic and stops go on meanwhile.',
  axme: false,
  body: z.strictObject({}),
  response: z.looseObject({ ...ok }),
});

export const auditRoutes = [listAudit, rebuildAudit] as const;
