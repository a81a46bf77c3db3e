import type { AgentMetrics } from '#contracts';
import type { UsageMetrics } from '#database';

const NOTHING: AgentMetrics = {
  intents_total: 0,
  intents_succeeded: 0,
  intents_failed: 0,
  cost_usd: 0,
  tokens_in: 0,
  tokens_out: 0,
  avg_latency_ms: null,
};

/** What an agent used, as the API shows it. */
export const metricsOf = (metrics: UsageMetrics | null): AgentMetrics =>
  metrics === null
    ? NOTHING
    : {
        intents_total: metrics.intents_total,
        intents_succeeded: metrics.intents_succeeded,
        intents_failed: metrics.intents_failed,
        cost_usd: metrics.cost_usd,
        tokens_in: metrics.tokens_in,
        tokens_out: metrics.tokens_out,
        avg_latency_ms: metrics.avg_latency_ms,
      };

/** The sum of steps: money in whole micro-dollars, the mean latency weighted by its intents. */
export const sumOf = (steps: readonly UsageMetrics[]): AgentMetrics => {
  const sum = (field: keyof UsageMetrics): number =>
    steps.reduce((total, step) => total + (step[field] ?? 0), 0);
  const latencyIntents = sum('latency_intents');
  return {
    intents_total: sum('intents_total'),
    intents_succeeded: sum('intents_succeeded'),
    intents_failed: sum('intents_failed'),
    cost_usd: sum('cost_micro_usd') / 1_000_000,
    tokens_in: sum('tokens_in'),
    tokens_out: sum('tokens_out'),
    avg_latency_ms: latencyIntents === 0 ? null : sum('latency_ms_total') / latencyIntents,
  };
};
