import type { Metrics } from '#platform';
import type { Result } from './delivery/attempt.js';

/** What Prometheus sees of the notifier. */
export interface NotifierMetrics {
  tried(result: Result): void;
}

export const notifierMetrics = (
  metrics: Metrics,
  backlog: () => Promise<{ waiting: number; inHand: number }>,
): NotifierMetrics => {
  const tries = metrics.counter({
    name: 'estop_webhook_deliveries_total',
    help: 'Tries to deliver a notice, by what came of them.',
    labels: ['outcome'],
  });
  const took = metrics.histogram({
    name: 'estop_webhook_delivery_seconds',
    help: 'From the first byte to the receiver’s answer, or to giving up on it.',
  });
  metrics.gauge({
    name: 'estop_webhook_backlog',
    help: 'Notices that are not settled: not taken yet, or in hand and waiting for their next try. NaN while unknown.',
    labels: ['state'],
    collect: async (gauge) => {
      const { waiting, inHand } = await backlog().catch(() => ({ waiting: NaN, inHand: NaN }));
      gauge.set({ state: 'waiting' }, waiting);
      gauge.set({ state: 'in_hand' }, inHand);
    },
  });
  return {
    tried: ({ outcome, tookMs }) => {
      tries.inc({ outcome });
      took.observe({}, tookMs / 1000);
    },
  };
};
