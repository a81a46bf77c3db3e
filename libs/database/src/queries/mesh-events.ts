import type { ReadModelDatabase } from '../connection.js';
import { type AuditQuery, pageOfLines } from './audit-lines.js';
import type { Page } from './cursor.js';

/** A control or health fact, as a line of the fleet's history; the wire form of `GET /v1/mesh/events`. */
export interface MeshEventLine {
  readonly event_id: string;
  /** `null` where the fact is about more than one agent, or none. */
  readonly address: string | null;
  readonly event_type: string;
  readonly details: Record<string, unknown>;
  readonly actor_id: string;
  readonly created_at: string;
}

/**
 * The facts of the fleet, newest first: no refusals, no heartbeats. For an org its own facts and those of the mesh
 * itself, its gateways coming and going.
 *
 * @throws InvalidCursorError
 */
export const listMeshEvents = async (
  db: ReadModelDatabase,
  query: AuditQuery,
): Promise<Page<MeshEventLine>> => {
  const org = query.org;
  const visible = db
    .selectFrom('audit_log')
    .where('mesh_event', 'is not', null)
    .$if(org !== null, (q) => q.where((e) => e.or([e('org', '=', org), e('org', 'is', null)])));
  const { items, nextCursor } = await pageOfLines(db, visible, query);
  return {
    items: items.map((line) => ({
      event_id: line.event_id,
      address: line.address,
      event_type: line.mesh_event ?? line.type,
      details: { ...line.details, ...(line.reason !== null && { reason: line.reason }) },
      actor_id: line.actor_id,
      created_at: line.at,
    })),
    nextCursor,
  };
};
