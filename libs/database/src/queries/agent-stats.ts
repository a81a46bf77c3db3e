import type { ReadModelDatabase } from '../connection.js';
import { type UsageColumns, usageColumns } from '../read-model.schema.js';
import { metricsOf, spanOf, sumsOfUse, type UsageMetrics, type UsageWindow } from './usage.js';

export interface AgentStats {
  readonly address: string;
  readonly last_heartbeat_at: string | null;
  readonly last_instance: string | null;
  /** The health that the log told last: `healthy`, `degraded`, `unreachable`; `null`: nothing yet. */
  readonly health: string | null;
  /** Reported by the agent or, where more, seen by the gateways: sent and delivered. */
  readonly intents_period: number;
  /** Dollars. */
  readonly cost_period: number;
  /** All counts of the window. */
  readonly metrics: UsageMetrics;
}

export interface AgentStatsQuery {
  /** `null`: all orgs, for those who may see them. */
  readonly org: string | null;
  readonly workspace?: string | undefined;
  /** Only these; at most a page of them. */
  readonly addresses?: readonly string[] | undefined;
  readonly window: UsageWindow;
  readonly nowMs: number;
}

/** Signs of life and use of every agent that ever did anything, by address. Others are not in it. */
export const listAgentStats = async (
  db: ReadModelDatabase,
  query: AgentStatsQuery,
): Promise<AgentStats[]> => {
  const { org, workspace, addresses } = query;
  const { table, from } = spanOf(query.window, query.nowMs);
  const use = db
    .selectFrom(table)
    .select('address')
    .select(sumsOfUse)
    .where('bucket', '>=', from)
    .$if(org !== null, (q) => q.where('org', '=', org as string))
    .$if(addresses !== undefined, (q) => q.where('address', 'in', addresses as string[]))
    .groupBy('address');
  const agents = db
    .selectFrom('agents')
    .select(['address', 'last_heartbeat_at', 'last_instance', 'health'])
    .$if(org !== null, (q) => q.where('org', '=', org as string))
    .$if(workspace !== undefined, (q) => q.where('workspace', '=', workspace as string))
    .$if(addresses !== undefined, (q) => q.where('address', 'in', addresses as string[]))
    .orderBy('address');
  if (addresses?.length === 0) return [];
  const [used, found] = await Promise.all([use.execute(), agents.execute()]);
  const sums = new Map(used.map((row) => [row.address, row as unknown as UsageColumns]));
  return found.map((agent) => {
    const metrics = metricsOf(sums.get(agent.address) ?? NOTHING);
    return { ...agent, ...periodOf(metrics), metrics };
  });
};

const NOTHING = Object.fromEntries(
  usageColumns.map((name) => [name, 0]),
) as unknown as UsageColumns;

const periodOf = (metrics: UsageMetrics) => ({
  intents_period: Math.max(metrics.intents_total, metrics.sent + metrics.delivered),
  cost_period: metrics.cost_usd,
});
