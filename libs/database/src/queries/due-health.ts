import type { ReadModelDatabase } from '../connection.js';

export interface HealthCandidate {
  readonly address: string;
  readonly last_heartbeat_at: string;
  readonly health: string | null;
}

export interface DueHealthQuery {
  /** Heartbeats at or after this are healthy. RFC 3339. */
  readonly healthySince: string;
  /** Heartbeats before `healthySince`, at or after this are degraded; older ones unreachable. */
  readonly staleSince: string;
  readonly limit: number;
}

/** Agents whose health the log has not told as it is by the age of their last heartbeat. Revoked agents are left out. */
export const listDueHealth = async (
  db: ReadModelDatabase,
  { healthySince, staleSince, limit }: DueHealthQuery,
): Promise<HealthCandidate[]> => {
  const rows = await db
    .selectFrom('agents')
    .select(['address', 'last_heartbeat_at', 'health'])
    .where('last_heartbeat_at', 'is not', null)
    // One arm for each health that was told, so that each is a range of the index on (health, last_heartbeat_at).
    .where((e) =>
      e.or([
        e('health', 'is', null),
        e.and([e('health', '=', 'healthy'), e('last_heartbeat_at', '<', healthySince)]),
        e.and([e('health', '=', 'degraded'), e('last_heartbeat_at', '>=', healthySince)]),
        e.and([e('health', '=', 'degraded'), e('last_heartbeat_at', '<', staleSince)]),
        e.and([e('health', '=', 'unreachable'), e('last_heartbeat_at', '>=', staleSince)]),
      ]),
    )
    .where((e) =>
      e.not(
        e.exists(
          e
            .selectFrom('audit_log')
            .select('sequence')
            .whereRef('audit_log.address', '=', 'agents.address')
            .where('audit_log.type', '=', 'AgentRevoked')
            .where('audit_log.refused', 'is', null),
        ),
      ),
    )
    .orderBy('address')
    .limit(limit)
    .execute();
  return rows as HealthCandidate[];
};
