import type { EnvelopeMeta } from '#contracts';
import type { AuditedStream, AuditRow } from './audit-rows.js';
import { legible, legibleOrNull } from './legible.js';

type Line = Omit<AuditRow, 'mesh_event' | 'address' | 'order_id' | 'details'>;

/** What the envelope alone says: when, where, who. */
export const auditLine = (
  stream: AuditedStream,
  sequence: number,
  event: EnvelopeMeta & { readonly type: string },
): Line => ({
  stream,
  sequence,
  part: 0,
  event_id: event.id,
  at: event.at,
  org: legibleOrNull(event.org),
  workspace: legibleOrNull(event.workspace),
  actor_kind: event.actor.kind,
  actor_id: legible(event.actor.id),
  actor_via: legible(event.actor.via),
  type: event.type,
  reason: legibleOrNull(event.reason),
  correlation_id: legible(event.correlation_id),
  causation_id: legibleOrNull(event.causation_id),
  refused: null,
});
