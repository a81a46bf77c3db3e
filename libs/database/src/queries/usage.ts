import { type RawBuilder, sql } from 'kysely';
import type { ReadModelDatabase } from '../connection.js';
import { type UsageColumns, usageColumns } from '../read-model.schema.js';

/** Use in a span of time, as the API shows it. */
export interface UsageMetrics extends UsageColumns {
  /** Dollars; the exact figure is `cost_micro_usd`. */
  readonly cost_usd: number;
  /** Over the intents for which the agent told one; `null`: none. */
  readonly avg_latency_ms: number | null;
}

export interface UsageStep extends UsageMetrics {
  /** When the hour or day begins. */
  readonly at: string;
}

export type UsageWindow = 'day' | 'week' | 'month';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** A day is counted in hours, the hour that runs included; longer spans in days. */
const windows: Readonly<Record<UsageWindow, { step: 'hour' | 'day'; ms: number }>> = {
  day: { step: 'hour', ms: DAY_MS },
  week: { step: 'day', ms: 7 * DAY_MS },
  month: { step: 'day', ms: 30 * DAY_MS },
};

const steps = {
  hour: { table: 'usage_hour', ms: HOUR_MS },
  day: { table: 'usage_day', ms: DAY_MS },
} as const;

/** The table of a window, and the beginning of its first bucket: the last so many whole buckets and the one that runs. */
export const spanOf = (window: UsageWindow, nowMs: number) => {
  const { step, ms } = windows[window];
  const { table, ms: stepMs } = steps[step];
  const from = Math.floor((nowMs - ms) / stepMs) * stepMs + stepMs;
  return { table, from: new Date(from).toISOString() };
};

/** One sum over many rows may pass the limit that each of them keeps. */
const capped = (name: keyof UsageColumns): RawBuilder<number> =>
  sql<number>`least(coalesce(sum(${sql.ref(name)}), 0), 9007199254740991)::bigint`;

/** The selection of all sums, each under its own name. */
export const sumsOfUse = usageColumns.map((name) => capped(name).as(name));

export const metricsOf = (sums: UsageColumns): UsageMetrics => {
  const own = Object.fromEntries(usageColumns.map((name) => [name, sums[name]]));
  return {
    ...(own as unknown as UsageColumns),
    cost_usd: sums.cost_micro_usd / 1_000_000,
    avg_latency_ms:
      sums.latency_intents === 0 ? null : sums.latency_ms_total / sums.latency_intents,
  };
};

/** What one agent used within a window that ends now. An agent that never did anything used nothing. */
export const agentMetrics = async (
  db: ReadModelDatabase,
  query: { readonly address: string; readonly window: UsageWindow; readonly nowMs: number },
): Promise<UsageMetrics> => {
  const { table, from } = spanOf(query.window, query.nowMs);
  const sums = await db
    .selectFrom(table)
    .select(sumsOfUse)
    .where('address', '=', query.address)
    .where('bucket', '>=', from)
    .executeTakeFirstOrThrow();
  return metricsOf(sums as UsageColumns);
};

const STEPS_MAX = 10_000;

/** The steps in which the agent did something, oldest first, at most 10,000; those between are empty. */
export const usageOf = async (
  db: ReadModelDatabase,
  query: {
    readonly address: string;
    /** RFC 3339; the step that it falls into is included. */
    readonly from: string;
    /** RFC 3339, excluded. */
    readonly to: string;
    readonly step: 'hour' | 'day';
  },
): Promise<UsageStep[]> => {
  const { table, ms } = steps[query.step];
  const from = new Date(Math.floor(Date.parse(query.from) / ms) * ms).toISOString();
  const rows = await db
    .selectFrom(table)
    .selectAll()
    .where('address', '=', query.address)
    .where('bucket', '>=', from)
    .where('bucket', '<', query.to)
    .orderBy('bucket')
    .limit(STEPS_MAX)
    .execute();
  return rows.map((row) => ({ at: row.bucket, ...metricsOf(row) }));
};
