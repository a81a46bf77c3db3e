import { type SelectQueryBuilder, sql } from 'kysely';
import type { ReadModelDatabase } from '../connection.js';
import type { AuditLogTable, ReadModel } from '../read-model.schema.js';
import { decodeCursor, encodeCursor, type Page } from './cursor.js';

export interface AuditFilters {
  /** The event's own name (`StopOrdered`) or the fleet's (`agent.killed`). */
  readonly eventType?: string | undefined;
  /** Lines about this agent, and about the orders on exactly this agent. */
  readonly agent?: string | undefined;
  /** The id of the actor. */
  readonly actor?: string | undefined;
  readonly orderId?: string | undefined;
  /** RFC 3339, included. */
  readonly since?: string | undefined;
  /** RFC 3339, excluded. */
  readonly until?: string | undefined;
}

export interface AuditQuery {
  /** `null`: the whole mesh, for those who may see it. */
  readonly org: string | null;
  readonly workspace?: string | undefined;
  readonly filters?: AuditFilters | undefined;
  /** Also the lines of single refusals; asking for their type does it too. @default false */
  readonly refusals?: boolean | undefined;
  /** At most so many lines; 1 to 1000. */
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** The type of event that single refusals are told by. */
const REFUSALS = 'DecisionsCounted';

/** Lines to choose from. */
export type AuditSelection = SelectQueryBuilder<ReadModel, 'audit_log', object>;

/** A line of the audit. Where only the order names the agent, as in a lift, `address` comes from the order. */
export type AuditLine = AuditLogTable;

/**
 * The audit, newest first; single refusals only where they are asked for. Another tenant's lines and, for an org, those of the mesh itself are not in it.
 *
 * @throws InvalidCursorError
 */
export const listAudit = async (
  db: ReadModelDatabase,
  query: AuditQuery,
): Promise<Page<AuditLine>> => {
  const org = query.org;
  const visible = db.selectFrom('audit_log').$if(org !== null, (q) => q.where('org', '=', org));
  return await pageOfLines(db, visible, query);
};

/** The page of the lines that the query selects among those visible. */
export const pageOfLines = async (
  db: ReadModelDatabase,
  visible: AuditSelection,
  query: AuditQuery,
): Promise<Page<AuditLine>> => {
  const { workspace, cursor, limit } = query;
  let lines = narrowed(db, visible, query.filters ?? {}).selectAll();
  if (!showsRefusals(query)) lines = lines.where('type', '<>', sql.lit(REFUSALS));
  if (workspace !== undefined) lines = lines.where('workspace', '=', workspace);
  if (cursor !== undefined) {
    const [at, stream, sequence, part] = decodeCursor(cursor);
    const place = sql`(${at}::timestamptz, ${stream}::text, ${sequence}::bigint, ${part}::integer)`;
    lines = lines.where(sql<boolean>`(at, stream, sequence, part) < ${place}`);
  }
  const found = await lines
    .orderBy('at', 'desc')
    .orderBy('stream', 'desc')
    .orderBy('sequence', 'desc')
    .orderBy('part', 'desc')
    .limit(limit + 1)
    .execute();
  return await pageOfFound(db, found, limit);
};

// Left out in the words of the index of facts, which makes a page cheap whatever was refused meanwhile.
const showsRefusals = ({ refusals = false, filters }: AuditQuery): boolean =>
  refusals || filters?.eventType === REFUSALS;

const pageOfFound = async (
  db: ReadModelDatabase,
  found: readonly AuditLine[],
  limit: number,
): Promise<Page<AuditLine>> => {
  const items = await withOrderAddresses(db, found.slice(0, limit));
  const last = items.at(-1);
  const more = found.length > limit && last !== undefined;
  return {
    items,
    nextCursor: more ? encodeCursor([last.at, last.stream, last.sequence, last.part]) : null,
  };
};

const narrowed = (
  db: ReadModelDatabase,
  lines: AuditSelection,
  { eventType, agent, actor, orderId, since, until }: AuditFilters,
): AuditSelection => {
  let narrow = lines;
  if (eventType !== undefined) {
    narrow = narrow.where((e) =>
      e.or([e('type', '=', eventType), e('mesh_event', '=', eventType)]),
    );
  }
  if (agent !== undefined) {
    const orders = db.selectFrom('orders').select('order_id').where('address', '=', agent);
    narrow = narrow.where((e) => e.or([e('address', '=', agent), e('order_id', 'in', orders)]));
  }
  if (actor !== undefined) narrow = narrow.where('actor_id', '=', actor);
  if (orderId !== undefined) narrow = narrow.where('order_id', '=', orderId);
  if (since !== undefined) narrow = narrow.where('at', '>=', since);
  if (until !== undefined) narrow = narrow.where('at', '<', until);
  return narrow;
};

const withOrderAddresses = async (
  db: ReadModelDatabase,
  lines: readonly AuditLine[],
): Promise<AuditLine[]> => {
  const nameless = lines.flatMap(({ address, order_id }) =>
    address === null && order_id !== null ? [order_id] : [],
  );
  if (nameless.length === 0) return [...lines];
  const orders = await db
    .selectFrom('orders')
    .select(['order_id', 'address'])
    .where('order_id', 'in', [...new Set(nameless)])
    .execute();
  const addresses = new Map(orders.map(({ order_id, address }) => [order_id, address]));
  return lines.map((line) => ({
    ...line,
    address: line.address ?? addresses.get(line.order_id ?? '') ?? null,
  }));
};
