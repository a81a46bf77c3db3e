import type { HeartbeatMetrics, Usage } from '#contracts';

const MICRO = 1_000_000;

/** The numbers of a heartbeat as the log keeps them; `null` where none were sent. */
export const usageOf = (metrics: HeartbeatMetrics | null | undefined): Usage | null => {
  if (metrics === null || metrics === undefined) return null;
  const number = (name: Exclude<keyof HeartbeatMetrics, 'avg_latency_ms'>): number =>
    metrics[name] ?? 0;
  return {
    intentsTotal: number('intents_total'),
    intentsSucceeded: number('intents_succeeded'),
    intentsFailed: number('intents_failed'),
    costMicroUsd: Math.round(number('cost_usd') * MICRO),
    tokensIn: number('tokens_in'),
    tokensOut: number('tokens_out'),
    avgLatencyMs: metrics.avg_latency_ms ?? null,
  };
};
